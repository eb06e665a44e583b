import type { Pixels } from '../pixels.js';
import { identity, type Lookup } from './lookup.js';

/**
 * Turns the hue by `shift` of the circle (−0.5 … 0.5), as torchvision does with Pillow's HSV in 8 bits (Convert.c), steps and all.
 * `target` may be the image's own bytes.
 */
export function shiftHue(
  { data, height, width }: Pixels,
  shift: number,
  target: Uint8Array,
  through: Lookup = identity,
): void {
  const turn = Math.trunc(shift * 255) & 255;
  const end = height * width * 3;
  for (let i = 0; i < end; i += 3) {
    const r = through[data[i]!]!;
    const g = through[data[i + 1]!]!;
    const b = through[data[i + 2]!]!;
    const most = r > g ? Math.max(r, b) : Math.max(g, b);
    const least = r < g ? Math.min(r, b) : Math.min(g, b);
    const range = most - least;
    const saturation = range === 0 ? 0 : (fround(range / most) * 255) | 0;
    if (saturation === 0) {
      target[i] = target[i + 1] = target[i + 2] = most;
      continue;
    }
    // Single precision as there: which of two steps a hue falls into depends on it.
    const red = fround((most - r) / range);
    const green = fround((most - g) / range);
    const blue = fround((most - b) / range);
    const sixth = fround(r === most ? blue - green : g === most ? 2 + red - blue : 4 + green - red);
    const fraction = fround(sixth < 0 ? sixth / 6 + 1 : sixth / 6);
    const hue = (((fraction * 255) | 0) + turn) & 255;
    const place = (hue * 6) / 255;
    const sector = place | 0;
    const part = fround(place - sector);
    const full = fround(saturation / 255);
    const p = (most * (1 - full) + 0.5) | 0;
    const q = (most * (1 - full * part) + 0.5) | 0;
    const t = (most * (1 - full * (1 - part)) + 0.5) | 0;
    switch (sector % 6) {
      case 0:
        write(target, i, most, t, p);
        break;
      case 1:
        write(target, i, q, most, p);
        break;
      case 2:
        write(target, i, p, most, t);
        break;
      case 3:
        write(target, i, p, q, most);
        break;
      case 4:
        write(target, i, t, p, most);
        break;
      default:
        write(target, i, most, p, q);
    }
  }
}

function write(target: Uint8Array, at: number, r: number, g: number, b: number): void {
  target[at] = r;
  target[at + 1] = g;
  target[at + 2] = b;
}

const { fround } = Math;
