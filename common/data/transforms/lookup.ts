// Changes of a pixel that depend on its own value only: 256 results, looked up.
import type { Pixels } from '../pixels.js';
import { type Memory, newMemory } from './memory.js';

/** The result for each of the 256 values of a channel. */
export type Lookup = Uint8Array;

export function createLookup(value: (v: number) => number): Lookup {
  return Uint8Array.from({ length: 256 }, (_, v) => value(v));
}

/** Changes nothing. */
export const identity: Lookup = createLookup((v) => v);

/** `then` after `first`; undefined stands for no change. */
export function chainLookups(first: Lookup | undefined, then: Lookup): Lookup {
  return first === undefined ? then : first.map((v) => then[v]!);
}

/** Looks every value of the image up: in one table, or in one for each channel. */
export function applyLookup(image: Pixels, tables: Lookup | readonly Lookup[], memory: Memory = newMemory): Pixels {
  const { data: source, height, width, channels } = image;
  const count = height * width * channels;
  const target = memory(count);
  if (tables instanceof Uint8Array) lookAllUp(source, count, tables, target);
  else
    for (const [c, table] of tables.entries()) for (let i = c; i < count; i += channels) target[i] = table[source[i]!]!;
  return { data: target, height, width, channels };
}

function lookAllUp(source: Uint8Array, count: number, table: Lookup, target: Uint8Array): void {
  let i = 0;
  for (; i + 3 < count; i += 4) {
    target[i] = table[source[i]!]!;
    target[i + 1] = table[source[i + 1]!]!;
    target[i + 2] = table[source[i + 2]!]!;
    target[i + 3] = table[source[i + 3]!]!;
  }
  for (; i < count; i++) target[i] = table[source[i]!]!;
}

/** How often each value occurs in a channel. */
export function histogram({ data, height, width, channels }: Pixels, channel: number): Uint32Array {
  const counts = new Uint32Array(256);
  const end = height * width * channels;
  for (let i = channel; i < end; i += channels) counts[data[i]!]!++;
  return counts;
}

/** A table a channel, made from the channel's histogram. */
export function lookupOfHistogram(image: Pixels, table: (histogram: Uint32Array) => Lookup): Lookup[] {
  return Array.from({ length: image.channels }, (_, c) => table(histogram(image, c)));
}
