import type { Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';
import { cutWindow, type PaddingMode } from './padding.js';

/** Adds pixels around an image (torchvision `Pad`). */
export interface Pad {
  name: 'pad';
  /** Pixels at every side, or [left, top, right, bottom]. */
  padding: number | readonly [left: number, top: number, right: number, bottom: number];
  /** Default `constant`. */
  mode: PaddingMode;
  /** Colour of `constant`, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

export function sides({ padding }: Pick<Pad, 'padding'>): readonly [number, number, number, number] {
  return typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
}

export function applyPad(image: Pixels, pad: Omit<Pad, 'name'>, memory: Memory = newMemory): Pixels {
  const [left, top, right, bottom] = sides(pad);
  const [height, width] = [image.height + top + bottom, image.width + left + right];
  return cutWindow(image, { top: -top, left: -left, height, width }, memory, pad.mode, pad.fill);
}
