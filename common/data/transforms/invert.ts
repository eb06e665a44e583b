import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { applyLookup, createLookup } from './lookup.js';
import { type Memory, newMemory } from './memory.js';

/** Every value v becomes 255 − v (torchvision `RandomInvert`). */
export interface Invert {
  name: 'invert';
  /** Default 0.5. */
  p: number;
}

export function drawInvert({ p }: Invert, random: CounterRandom): Record<never, never> | undefined {
  return random.uniform() < p ? {} : undefined;
}

export function applyInvert(image: Pixels, _parameters: unknown = {}, memory: Memory = newMemory): Pixels {
  return applyLookup(image, inverse, memory);
}

const inverse = createLookup((v) => 255 - v);
