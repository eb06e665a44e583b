import type { ImageShape, Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import type { Memory } from './memory.js';
import { type AugmentParameters, applyAugment, type Operation } from './operation.js';
import type { Interpolation } from './resample.js';
import { roundEven } from './sizes.js';

/** One random operation of random strength (Müller and Hutter 2021; torchvision `TrivialAugmentWide`). */
export interface TrivialAugment {
  name: 'trivialAugment';
  /** Strengths, equally spaced. Default 31. */
  bins: number;
  /** Default `nearest`, as in torchvision. */
  interpolation: Interpolation;
  /** Colour outside the image, 0 … 255, a number a channel or one for all. Default [0]. */
  fill: readonly number[];
}

/** How an operation is made of its part of the range (0 … 1), the sign (−1 or 1) and the interpolation; undefined changes nothing. */
type Wide = (part: number, sign: number, interpolation: Interpolation) => Operation | undefined;

const factor = (part: number, sign: number) => 1 + sign * part * 0.99;

/** In torchvision's order. It moves by whole pixels, to the right and down where positive. */
const operations: readonly Wide[] = [
  () => undefined,
  (part, sign, interpolation) => ({ op: 'shearX', factor: sign * part * 0.99, interpolation }),
  (part, sign, interpolation) => ({ op: 'shearY', factor: sign * part * 0.99, interpolation }),
  (part, sign, interpolation) => ({ op: 'translateX', pixels: -Math.trunc(sign * part * 32), interpolation }),
  (part, sign, interpolation) => ({ op: 'translateY', pixels: -Math.trunc(sign * part * 32), interpolation }),
  (part, sign, interpolation) => ({ op: 'rotate', angle: sign * part * 135, interpolation }),
  (part, sign) => ({ op: 'brightness', factor: factor(part, sign) }),
  (part, sign) => ({ op: 'color', factor: factor(part, sign) }),
  (part, sign) => ({ op: 'contrast', factor: factor(part, sign) }),
  (part, sign) => ({ op: 'sharpness', factor: factor(part, sign) }),
  (part) => ({ op: 'posterize', bits: 8 - roundEven(part * 6) }),
  (part) => ({ op: 'solarize', threshold: 255 - part * 255 }),
  () => ({ op: 'autocontrast' }),
  () => ({ op: 'equalize' }),
];

export function drawTrivialAugment(
  { bins, interpolation, fill }: TrivialAugment,
  random: CounterRandom,
  _shape?: ImageShape,
): AugmentParameters {
  const operation = operations[random.integer(operations.length)]!;
  const part = bins === 1 ? 0 : random.integer(bins) / (bins - 1);
  const drawn = operation(part, random.integer(2) === 0 ? 1 : -1, interpolation);
  return { operations: drawn === undefined ? [] : [drawn], fill };
}

export function applyTrivialAugment(image: Pixels, parameters: AugmentParameters, memory?: Memory): Pixels {
  return applyAugment(image, parameters, memory);
}
