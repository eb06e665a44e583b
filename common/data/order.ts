import { CounterRandom } from './random.js';

/** Keeps the stream of the order apart from the streams of the transforms, which have four words. */
const ORDER_STREAM = 0x6f726472;

/**
 * The order in which an epoch visits the rows: a permutation of 0 … length − 1 (Fisher–Yates) that is a pure function of (seed, epoch),
 * or the file's order without `shuffle`.
 */
export function sampleOrder(
  length: number,
  { shuffle, seed, epoch }: { shuffle: boolean; seed: number; epoch: number },
): Int32Array {
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  if (!shuffle) return order;
  const random = new CounterRandom(ORDER_STREAM, seed, epoch);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
