import type { Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';

/** What stands outside an image: one colour; the nearest pixel; the image mirrored without repeating the edge, or with it (NumPy's words). */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** A window of an image: it may reach outside. */
export interface Window {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** The pixel that stands at place `i` of a row of `length`, or −1 for the fill colour. Mirrors repeat where the row is too short, as in NumPy. */
export function placeOutside(i: number, length: number, mode: PaddingMode): number {
  if (i >= 0 && i < length) return i;
  switch (mode) {
    case 'constant':
      return -1;
    case 'edge':
      return i < 0 ? 0 : length - 1;
    case 'reflect': {
      const period = 2 * (length - 1);
      if (period === 0) return 0;
      const rest = ((i % period) + period) % period;
      return rest < length ? rest : period - rest;
    }
    case 'symmetric': {
      const rest = ((i % (2 * length)) + 2 * length) % (2 * length);
      return rest < length ? rest : 2 * length - 1 - rest;
    }
  }
}

/** Cuts a window out of an image; outside stands `mode`, with `fill` (0 … 255, a number a channel or one for all) where it is constant. */
export function cutWindow(
  image: Pixels,
  { top, left, height, width }: Window,
  memory: Memory = newMemory,
  mode: PaddingMode = 'constant',
  fill: readonly number[] = [0],
): Pixels {
  const { channels, data: source } = image;
  const target = memory(height * width * channels);
  const stride = width * channels;
  const first = Math.min(width, Math.max(0, -left));
  const last = Math.max(first, Math.min(width, image.width - left));
  for (let y = 0; y < height; y++) {
    const row = placeOutside(y + top, image.height, mode);
    const to = y * stride;
    if (row < 0) {
      fillPixels(target, to, width, channels, fill);
      continue;
    }
    const from = row * image.width * channels;
    for (let x = 0; x < first; x++)
      copyPixel(source, from, x + left, image.width, mode, fill, target, to + x * channels, channels);
    const start = from + (first + left) * channels;
    const count = (last - first) * channels;
    if (count > 64) target.set(source.subarray(start, start + count), to + first * channels);
    else for (let i = 0, at = to + first * channels; i < count; i++) target[at + i] = source[start + i]!;
    for (let x = last; x < width; x++)
      copyPixel(source, from, x + left, image.width, mode, fill, target, to + x * channels, channels);
  }
  return { data: target, height, width, channels };
}

function copyPixel(
  source: Uint8Array,
  row: number,
  x: number,
  width: number,
  mode: PaddingMode,
  fill: readonly number[],
  target: Uint8Array,
  to: number,
  channels: number,
): void {
  const place = placeOutside(x, width, mode);
  if (place < 0) fillPixels(target, to, 1, channels, fill);
  else for (let c = 0; c < channels; c++) target[to + c] = source[row + place * channels + c]!;
}

function fillPixels(target: Uint8Array, from: number, count: number, channels: number, fill: readonly number[]): void {
  for (let i = 0, to = from; i < count; i++) for (let c = 0; c < channels; c++) target[to++] = fill[c % fill.length]!;
}
