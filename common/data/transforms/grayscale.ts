import type { Pixels } from '../pixels.js';
import type { CounterRandom } from '../random.js';
import { type Memory, newMemory } from './memory.js';

/** Grey in all three channels, by ITU-R 601 (torchvision `RandomGrayscale`; with p = 1 `Grayscale(3)`). */
export interface Grayscale {
  name: 'grayscale';
  /** Default 0.1. */
  p: number;
}

export function drawGrayscale({ p }: Grayscale, random: CounterRandom): Record<never, never> | undefined {
  return random.uniform() < p ? {} : undefined;
}

export function applyGrayscale(image: Pixels, _parameters: unknown = {}, memory: Memory = newMemory): Pixels {
  const { data: source, height, width, channels } = image;
  if (channels === 1) return image;
  const target = memory(height * width * 3);
  for (let i = 0; i < target.length; i += 3)
    target[i] =
      target[i + 1] =
      target[i + 2] =
        (source[i]! * 19595 + source[i + 1]! * 38470 + source[i + 2]! * 7471 + 0x8000) >> 16;
  return { data: target, height, width, channels };
}
