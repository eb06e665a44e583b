import type { ImageShape } from '../pixels.js';
import type { CounterRandom } from '../random.js';

/** Mirrors left and right with probability p (torchvision `RandomHorizontalFlip`). */
export interface Flip {
  name: 'flip';
  /** 0 … 1 */
  p: number;
}

export interface FlipParameters {
  flipped: boolean;
}

export function drawFlip({ p }: Flip, random: CounterRandom): FlipParameters {
  return { flipped: random.uniform() < p };
}

/** Copies `source` to `target`, each row from right to left where `flipped`. */
export function flip(source: Uint8Array, shape: ImageShape, { flipped }: FlipParameters, target: Uint8Array): void {
  const { height, width, channels } = shape;
  if (!flipped) {
    target.set(source.subarray(0, height * width * channels));
    return;
  }
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    let to = y * stride;
    for (let from = to + stride - channels; from >= y * stride; from -= channels, to += channels)
      for (let c = 0; c < channels; c++) target[to + c] = source[from + c]!;
  }
}
