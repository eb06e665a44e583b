import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { applyLookup, createLookup, type Lookup, lookupOfHistogram } from './lookup.js';
import { type Memory, newMemory } from './memory.js';

/** Stretches each channel so that its darkest value becomes 0 and its lightest 255 (torchvision `RandomAutocontrast`). */
export interface Autocontrast {
  name: 'autocontrast';
  /** Default 0.5. */
  p: number;
}

export function drawAutocontrast({ p }: Autocontrast, random: CounterRandom): Record<never, never> | undefined {
  return random.uniform() < p ? {} : undefined;
}

export function applyAutocontrast(image: Pixels, _parameters: unknown = {}, memory: Memory = newMemory): Pixels {
  return applyLookup(image, lookupOfHistogram(image, stretcher), memory);
}

function stretcher(histogram: Uint32Array): Lookup {
  const low = histogram.findIndex((count) => count > 0);
  const high = histogram.findLastIndex((count) => count > 0);
  if (high <= low) return createLookup((v) => v);
  const scale = 255 / (high - low);
  const offset = -low * scale;
  return createLookup((v) => Math.min(255, Math.max(0, Math.trunc(v * scale + offset))));
}
