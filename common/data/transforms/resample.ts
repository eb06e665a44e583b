// Separable resampling in 8 bits as in Pillow's Resample.c (whose results it gives bit by bit): a horizontal and a vertical pass with normalised
// coefficients of 22 bits, the kernel stretched by the factor of the reduction, so that a smaller image is antialiased.
import type { Pixels } from '../pixels.js';
import { horizontalPass } from './horizontalPass.js';
import type { Memory } from './memory.js';
import type { Window } from './padding.js';
import { type Smooth, tapsFor } from './taps.js';
import { verticalPass } from './verticalPass.js';

/** How values between pixels are found, in Pillow's words. */
export type Interpolation = 'nearest' | Smooth;

let between = new Uint8Array(0);

/**
 * Resizes a part of an image (a window inside it; pixels outside do not count, as if it were cut out first) to height × width.
 * `mirrored` writes every row from right to left at no cost.
 */
export function resample(
  image: Pixels,
  part: Window,
  height: number,
  width: number,
  interpolation: Interpolation,
  memory: Memory,
  mirrored = false,
): Pixels {
  const { channels } = image;
  const target = memory(height * width * channels);
  if (interpolation === 'nearest') nearest(image, part, height, width, mirrored, target);
  else {
    const start = (part.top * image.width + part.left) * channels;
    const stride = image.width * channels;
    const row = width * channels;
    const across = () => tapsFor(part.width, width, interpolation, mirrored);
    const down = () => tapsFor(part.height, height, interpolation);
    if (part.width === width && !mirrored) verticalPass(image.data, start, stride, height, row, down(), target);
    else if (part.height === height)
      horizontalPass(image.data, start, stride, part.height, width, channels, across(), target);
    else {
      if (between.length < part.height * row) between = new Uint8Array(part.height * row);
      horizontalPass(image.data, start, stride, part.height, width, channels, across(), between);
      verticalPass(between, 0, row, height, row, down(), target);
    }
  }
  return { data: target, height, width, channels };
}

/** The source pixel under the middle of each target pixel. */
function nearest(
  image: Pixels,
  part: Window,
  height: number,
  width: number,
  mirrored: boolean,
  target: Uint8Array,
): void {
  const { data, channels } = image;
  const columns = Int32Array.from({ length: width }, (_, x) => placeOf(x, part.width, width) * channels);
  if (mirrored) columns.reverse();
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = ((part.top + placeOf(y, part.height, height)) * image.width + part.left) * channels;
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) target[to++] = data[row + columns[x]! + c]!;
  }
}

/** Pillow walks in steps of from / to, added up in double precision (Geometry.c, ImagingScaleAffine). */
function placeOf(i: number, from: number, to: number): number {
  return Math.min(from - 1, Math.floor((i + 0.5) * (from / to)));
}
