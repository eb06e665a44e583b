// Images through an inverse map, as in Pillow's Geometry.c (ImagingGenericTransform): each target pixel looks up its place in the source.
import type { Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';
import type { Interpolation } from './resample.js';

/**
 * From a place in the target to one in the source, both in pixels with the first pixel's middle at 0.5:
 * x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1). Affine where g and h are 0.
 */
export type Coefficients = readonly [
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
];

/** What stands where the map leaves the image: `fill`, 0 … 255, a number a channel or one for all. */
export interface WarpOptions {
  interpolation: Interpolation;
  fill: readonly number[];
}

/** An image of the same size whose pixels are looked up in `image`. At its border the nearest pixels are repeated for interpolation, as in Pillow. */
export function warp(image: Pixels, map: Coefficients, options: WarpOptions, memory: Memory = newMemory): Pixels {
  const { height, width, channels } = image;
  const target = memory(height * width * channels);
  const [a, b, c, d, e, f, g, h] = map;
  const sample = samplers[options.interpolation];
  const fill = Uint8Array.from({ length: channels }, (_, i) => options.fill[i % options.fill.length]!);
  const flat = g === 0 && h === 0;
  if (flat && options.interpolation === 'nearest' && Math.max(height, width) < 32768) {
    warpFixed(image, map, fill, target);
    return { data: target, height, width, channels };
  }
  let to = 0;
  for (let j = 0; j < height; j++) {
    const y = j + 0.5;
    for (let i = 0; i < width; i++, to += channels) {
      const x = i + 0.5;
      const scale = flat ? 1 : 1 / (g * x + h * y + 1);
      const sx = (a * x + b * y + c) * scale;
      const sy = (d * x + e * y + f) * scale;
      if (sx >= 0 && sx < width && sy >= 0 && sy < height) sample(image, sx, sy, target, to);
      else for (let k = 0; k < channels; k++) target[to + k] = fill[k]!;
    }
  }
  return { data: target, height, width, channels };
}

/** Nearest pixels of an affine map in steps of 16-bit fixed point, as in Pillow (affine_fixed): which of two pixels is nearer depends on it. */
function warpFixed(image: Pixels, map: Coefficients, fill: Uint8Array, target: Uint8Array): void {
  const { data, height, width, channels } = image;
  const fix = (value: number) => Math.floor(value * 65536 + 0.5);
  const [a, b, c, d, e, f] = map;
  const [a0, a1, a3, a4] = [fix(a), fix(b), fix(d), fix(e)];
  const rowX = fix(c + a * 0.5 + b * 0.5);
  const rowY = fix(f + d * 0.5 + e * 0.5);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const sx = Math.floor((rowX + y * a1 + x * a0) / 65536);
      const sy = Math.floor((rowY + y * a4 + x * a3) / 65536);
      const inside = sx >= 0 && sx < width && sy >= 0 && sy < height;
      const from = (sy * width + sx) * channels;
      for (let k = 0; k < channels; k++) target[to + k] = inside ? data[from + k]! : fill[k]!;
    }
  }
}

type Sampler = (image: Pixels, x: number, y: number, target: Uint8Array, to: number) => void;

const samplers: Record<Interpolation, Sampler> = {
  nearest: sampleNearest,
  bilinear: sampleBilinear,
  bicubic: sampleBicubic,
};

function sampleNearest({ data, width, channels }: Pixels, x: number, y: number, target: Uint8Array, to: number): void {
  const from = (Math.floor(y) * width + Math.floor(x)) * channels;
  for (let k = 0; k < channels; k++) target[to + k] = data[from + k]!;
}

function sampleBilinear(image: Pixels, x: number, y: number, target: Uint8Array, to: number): void {
  const { data, height, width, channels } = image;
  const x0 = Math.floor(x - 0.5);
  const y0 = Math.floor(y - 0.5);
  const dx = x - 0.5 - x0;
  const dy = y - 0.5 - y0;
  const left = Math.max(x0, 0);
  const right = x0 + 1 >= width ? width - 1 : x0 + 1;
  const top = Math.max(y0, 0) * width;
  const bottom = (y0 + 1 >= height ? height - 1 : y0 + 1) * width;
  const topLeft = (top + left) * channels;
  const topRight = (top + right) * channels;
  const bottomLeft = (bottom + left) * channels;
  const bottomRight = (bottom + right) * channels;
  for (let k = 0; k < channels; k++) {
    const above = data[topLeft + k]! + (data[topRight + k]! - data[topLeft + k]!) * dx;
    const below = data[bottomLeft + k]! + (data[bottomRight + k]! - data[bottomLeft + k]!) * dx;
    // Pillow cuts the fraction off here.
    target[to + k] = above + (below - above) * dy;
  }
}

const columns = new Int32Array(4);

/** The 4×4 pixels around, those beyond the border repeated. */
function sampleBicubic(image: Pixels, x: number, y: number, target: Uint8Array, to: number): void {
  const { data, height, width, channels } = image;
  const x0 = Math.floor(x - 0.5);
  const y0 = Math.floor(y - 0.5);
  const dx = x - 0.5 - x0;
  const dy = y - 0.5 - y0;
  const stride = width * channels;
  for (let i = 0; i < 4; i++)
    columns[i] = (x0 - 1 + i < 0 ? 0 : x0 - 1 + i >= width ? width - 1 : x0 - 1 + i) * channels;
  const second = Math.max(y0, 0) * stride;
  const first = y0 < 1 ? 0 : second - stride;
  const third = y0 + 1 >= height ? (height - 1) * stride : (y0 + 1) * stride;
  const fourth = y0 + 2 >= height ? (height - 1) * stride : (y0 + 2) * stride;
  for (let k = 0; k < channels; k++) {
    const v1 = cubicOfRow(data, first + k, dx);
    const v2 = cubicOfRow(data, second + k, dx);
    const v3 = cubicOfRow(data, third + k, dx);
    const v4 = cubicOfRow(data, fourth + k, dx);
    const value = cubic(v1, v2, v3, v4, dy);
    target[to + k] = value <= 0 ? 0 : Math.min(value, 255);
  }
}

function cubicOfRow(data: Uint8Array, row: number, dx: number): number {
  return cubic(
    data[row + columns[0]!]!,
    data[row + columns[1]!]!,
    data[row + columns[2]!]!,
    data[row + columns[3]!]!,
    dx,
  );
}

/** Four equidistant values at `d` between the second and the third: Pillow's cubic, which overshoots more than the one of its `resize`. */
function cubic(v1: number, v2: number, v3: number, v4: number, d: number): number {
  const p2 = v3 - v1;
  const p3 = 2 * (v1 - v2) + v3 - v4;
  const p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}
