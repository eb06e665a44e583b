import { CounterRandom } from '../random.js';
import { expectWhole } from './expect.js';
import { type Sampler, samplerOf } from './sampler.js';

/** Keeps the stream of the order apart from those of the transforms, which have other keys. */
const ORDER_STREAM = 0x6f726472;

/** A uniform permutation of 0 … length − 1 for each (seed, epoch), by Fisher and Yates (torch `RandomSampler` without replacement). */
export function random(length: number, { seed = 0 }: { seed?: number } = {}): Sampler {
  expectWhole('random', 'length', length, 0);
  return samplerOf(length, (epoch) => {
    const order = Int32Array.from({ length }, (_, i) => i);
    shuffleInPlace(order, new CounterRandom(ORDER_STREAM, seed, epoch));
    return order;
  });
}

/** Fisher–Yates from the end. */
export function shuffleInPlace(values: Int32Array, random: CounterRandom): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = values[j]!;
    values[j] = values[i]!;
    values[i] = other;
  }
}
