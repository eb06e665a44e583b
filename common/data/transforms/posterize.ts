import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { applyLookup, createLookup } from './lookup.js';
import { type Memory, newMemory } from './memory.js';

/** Keeps the highest bits of every value (torchvision `RandomPosterize`). */
export interface Posterize {
  name: 'posterize';
  /** Default 0.5. */
  p: number;
  /** 0 (black) … 8 (unchanged). */
  bits: number;
}

export type PosterizeParameters = Pick<Posterize, 'bits'>;

export function drawPosterize({ p, bits }: Posterize, random: CounterRandom): PosterizeParameters | undefined {
  return random.uniform() < p ? { bits } : undefined;
}

export function applyPosterize(image: Pixels, { bits }: PosterizeParameters, memory: Memory = newMemory): Pixels {
  const mask = (0xff << (8 - bits)) & 0xff;
  return applyLookup(
    image,
    createLookup((v) => v & mask),
    memory,
  );
}
