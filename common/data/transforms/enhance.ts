// Pillow's ImageEnhance: an image is blended with a dull version of itself (black, its mean grey, its greys), by `factor` of the image.
import type { Pixels } from '../pixels.js';
import { createLookup, identity, type Lookup } from './lookup.js';

/** The table of blending every value with one `dull` value, in single precision and cut off as in Pillow's Blend.c. */
export function blendLookup(dull: number, factor: number): Lookup {
  const alpha = Math.fround(factor);
  return createLookup((v) => clip(Math.fround(dull + Math.fround(alpha * (v - dull)))));
}

export const brightnessLookup = (factor: number): Lookup => blendLookup(0, factor);

/** `image` is seen through `through` where that is given. */
export function contrastLookup(image: Pixels, factor: number, through?: Lookup): Lookup {
  return blendLookup(Math.floor(meanGrey(image, through) + 0.5), factor);
}

/** The mean of the grey image (0 … 255). */
function meanGrey({ data, height, width, channels }: Pixels, through: Lookup = identity): number {
  const count = height * width;
  let sum = 0;
  if (channels === 1) for (let i = 0; i < count; i++) sum += through[data[i]!]!;
  else {
    // ITU-R 601 in 16 bits, as Pillow's convert('L'): what each value of a channel adds to the grey.
    const red = Int32Array.from(through, (v) => v * 19595 + 0x8000);
    const green = Int32Array.from(through, (v) => v * 38470);
    const blue = Int32Array.from(through, (v) => v * 7471);
    const end = count * 3;
    for (let i = 0; i < end; i += 3) sum += (red[data[i]!]! + green[data[i + 1]!]! + blue[data[i + 2]!]!) >> 16;
  }
  return sum / count;
}

/**
 * Moves colours from their grey (factor 0) away: 1 changes nothing. `target` may be the image's own bytes. Grey images have no saturation.
 * In fixed point with a trace added, which gives what Pillow's single precision rounds to.
 */
export function saturate(
  { data, height, width }: Pixels,
  factor: number,
  target: Uint8Array,
  through: Lookup = identity,
): void {
  const bits = factor < 7 ? 20 : 14;
  const own = Math.round(Math.fround(factor) * (1 << bits));
  const rest = (1 << bits) - own;
  const trace = 1 << (bits - 13);
  const end = height * width * 3;
  for (let i = 0; i < end; i += 3) {
    const r = through[data[i]!]!;
    const g = through[data[i + 1]!]!;
    const b = through[data[i + 2]!]!;
    const grey = (Math.imul(r, 19595) + Math.imul(g, 38470) + Math.imul(b, 7471) + 0x8000) >> 16;
    const base = (Math.imul(grey, rest) + trace) | 0;
    const red = (base + Math.imul(r, own)) >> bits;
    const green = (base + Math.imul(g, own)) >> bits;
    const blue = (base + Math.imul(b, own)) >> bits;
    if (((red | green | blue) & -256) === 0) {
      target[i] = red;
      target[i + 1] = green;
      target[i + 2] = blue;
    } else {
      target[i] = red < 0 ? 0 : Math.min(red, 255);
      target[i + 1] = green < 0 ? 0 : Math.min(green, 255);
      target[i + 2] = blue < 0 ? 0 : Math.min(blue, 255);
    }
  }
}

/** An image blended with a dull one of the same shape: `dull` is overwritten with the result. */
export function blendInto(dull: Uint8Array, { data }: Pixels, factor: number): void {
  const alpha = Math.fround(factor);
  const parts = Float32Array.from({ length: 511 }, (_, i) => alpha * (i - 255));
  for (let i = 0; i < dull.length; i++) dull[i] = clip(Math.fround(dull[i]! + parts[255 + data[i]! - dull[i]!]!));
}

function clip(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
}
