import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { applyLookup, createLookup } from './lookup.js';
import { type Memory, newMemory } from './memory.js';

/** Inverts the values from a threshold on (torchvision `RandomSolarize`). */
export interface Solarize {
  name: 'solarize';
  /** Default 0.5. */
  p: number;
  /** 0 … 256; 256 changes nothing. Default 128. */
  threshold: number;
}

export type SolarizeParameters = Pick<Solarize, 'threshold'>;

export function drawSolarize({ p, threshold }: Solarize, random: CounterRandom): SolarizeParameters | undefined {
  return random.uniform() < p ? { threshold } : undefined;
}

export function applySolarize(image: Pixels, { threshold }: SolarizeParameters, memory: Memory = newMemory): Pixels {
  return applyLookup(
    image,
    createLookup((v) => (v < threshold ? v : 255 - v)),
    memory,
  );
}
