import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';
import { cutWindow, type PaddingMode, type Window } from './padding.js';
import { heightAndWidth, type SizeOption } from './sizes.js';

/**
 * Pads every side, then cuts a window at a random place (torchvision `RandomCrop`). An image that is still smaller than the window is
 * padded on both sides until it fits (torchvision's `pad_if_needed`; without it torchvision stops with an error).
 */
export interface RandomCrop {
  name: 'randomCrop';
  /** Of the window; null (the default): the image's own. */
  size: SizeOption | null;
  /** Pixels added at each side. Default 0. */
  padding: number;
  /** What is added. Default `constant`. */
  mode: PaddingMode;
  /** Colour of `constant`, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

/** A window in the unpadded image: it may reach outside. */
export interface CropParameters extends Window {
  mode: PaddingMode;
  fill: readonly number[];
}

export function drawRandomCrop(transform: RandomCrop, random: CounterRandom, shape: ImageShape): CropParameters {
  const { padding, mode, fill } = transform;
  const [height, width] = transform.size === null ? [shape.height, shape.width] : heightAndWidth(transform.size);
  const top = drawPlace(shape.height, height, padding, random);
  return { top, left: drawPlace(shape.width, width, padding, random), height, width, mode, fill };
}

/** The window's first pixel: uniform over the places where it fits into the padded side. */
function drawPlace(side: number, window: number, padding: number, random: CounterRandom): number {
  const missing = Math.max(0, window - (side + 2 * padding));
  const before = padding + missing;
  return random.integer(side + 2 * before - window + 1) - before;
}

export function applyCrop(image: Pixels, parameters: CropParameters, memory: Memory = newMemory): Pixels {
  return cutWindow(image, parameters, memory, parameters.mode, parameters.fill);
}
