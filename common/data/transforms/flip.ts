import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';

/** Mirrors an image with probability p (torchvision `RandomHorizontalFlip`, `RandomVerticalFlip`). */
export interface Flip {
  name: 'flip';
  /** 0 … 1. Default 0.5. */
  p: number;
  /** `horizontal` changes left and right (the default), `vertical` top and bottom. */
  direction: 'horizontal' | 'vertical';
}

export type FlipParameters = Pick<Flip, 'direction'>;

export function drawFlip({ p, direction }: Flip, random: CounterRandom): FlipParameters | undefined {
  return random.uniform() < p ? { direction } : undefined;
}

export function applyFlip(image: Pixels, { direction }: FlipParameters, memory: Memory = newMemory): Pixels {
  const { data: source, height, width, channels } = image;
  const target = memory(height * width * channels);
  const stride = width * channels;
  if (direction === 'vertical')
    for (let y = 0; y < height; y++)
      target.set(source.subarray(y * stride, (y + 1) * stride), (height - 1 - y) * stride);
  else if (channels === 3) mirrorColour(source, height, stride, target);
  else
    for (let y = 0; y < height; y++)
      for (let x = 0, to = y * stride, from = to + stride - 1; x < stride; x++) target[to++] = source[from--]!;
  return { data: target, height, width, channels };
}

function mirrorColour(source: Uint8Array, height: number, stride: number, target: Uint8Array): void {
  for (let y = 0; y < height; y++) {
    let to = y * stride;
    for (let from = to + stride - 3; from >= y * stride; from -= 3, to += 3) {
      target[to] = source[from]!;
      target[to + 1] = source[from + 1]!;
      target[to + 2] = source[from + 2]!;
    }
  }
}
