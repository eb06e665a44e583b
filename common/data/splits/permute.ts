import { CounterRandom } from '../random.js';

/** Keeps the streams of splitting apart from those of the loader's order and of the transforms. */
const SPLIT_STREAM = 0x73706c74;

/** Shuffles in place (Fisher–Yates): a pure function of (seed, stream, length). */
export function permute<T extends Int32Array | unknown[]>(values: T, seed: number, stream = 0): T {
  const random = new CounterRandom(SPLIT_STREAM, seed, stream, values.length);
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = values[j];
    values[j] = values[i];
    values[i] = other;
  }
  return values;
}

/** 0 … length − 1, shuffled where there is a seed. */
export function order(length: number, seed: number | undefined, stream = 0): Int32Array {
  const all = Int32Array.from({ length }, (_, i) => i);
  return seed === undefined ? all : permute(all, seed, stream);
}
