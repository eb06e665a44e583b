import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { applyLookup, createLookup, type Lookup, lookupOfHistogram } from './lookup.js';
import { type Memory, newMemory } from './memory.js';

/** Spreads each channel's values so that all occur about equally often (torchvision `RandomEqualize`, Pillow's `ImageOps.equalize`). */
export interface Equalize {
  name: 'equalize';
  /** Default 0.5. */
  p: number;
}

export function drawEqualize({ p }: Equalize, random: CounterRandom): Record<never, never> | undefined {
  return random.uniform() < p ? {} : undefined;
}

export function applyEqualize(image: Pixels, _parameters: unknown = {}, memory: Memory = newMemory): Pixels {
  return applyLookup(image, lookupOfHistogram(image, equalizer), memory);
}

function equalizer(histogram: Uint32Array): Lookup {
  const counts = histogram.filter((count) => count > 0);
  const total = counts.reduce((a, b) => a + b, 0);
  const step = counts.length <= 1 ? 0 : Math.floor((total - counts.at(-1)!) / 255);
  let sum = Math.floor(step / 2);
  return createLookup((v) => {
    if (step === 0) return v;
    const value = Math.floor(sum / step);
    sum += histogram[v]!;
    // Pillow clips here too: the last values can come out at 256.
    return Math.min(255, value);
  });
}
