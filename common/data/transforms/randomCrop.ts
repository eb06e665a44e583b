import type { ImageShape } from '../pixels.js';
import type { CounterRandom } from '../random.js';

/** Pads every side with `padding` black pixels, then cuts a window of the image's own size at a random place (torchvision `RandomCrop`). */
export interface RandomCrop {
  name: 'randomCrop';
  /** Pixels added at each side; 0 or more. */
  padding: number;
}

/** The window's upper left corner in the unpadded image: each in −padding … padding. */
export interface CropParameters {
  top: number;
  left: number;
}

export function drawRandomCrop({ padding }: RandomCrop, random: CounterRandom): CropParameters {
  const top = random.integer(2 * padding + 1) - padding;
  return { top, left: random.integer(2 * padding + 1) - padding };
}

/** Copies the window of `source` at (top, left) to `target`; what lies outside is 0. */
export function crop(source: Uint8Array, shape: ImageShape, { top, left }: CropParameters, target: Uint8Array): void {
  const { height, width, channels } = shape;
  const stride = width * channels;
  const first = Math.max(0, -left);
  const last = Math.min(width, width - left);
  target.fill(0, 0, height * stride);
  if (last <= first) return;
  for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
    const to = y * stride + first * channels;
    const from = (y + top) * stride + (first + left) * channels;
    const count = (last - first) * channels;
    for (let i = 0; i < count; i++) target[to + i] = source[from + i]!;
  }
}
