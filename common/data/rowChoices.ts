import { messageOf, UserError } from '../utils/index.js';
import type { Row, Table } from './table.js';

/** The numbers of the rows that `keep` wants. */
export async function filterRows(
  table: Table,
  batches: AsyncIterable<{ rows: Row[]; from: number }>,
  keep: (row: Row, index: number) => boolean | Promise<boolean>,
): Promise<Uint32Array> {
  const kept: number[] = [];
  for await (const { rows, from } of batches)
    for (const [i, row] of rows.entries()) {
      try {
        if (await keep(row, from + i)) kept.push(from + i);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw new Error(`${table.where(from + i)}: the function given to filter failed: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  return Uint32Array.from(kept);
}

/** Row numbers in the order of these values: numbers, texts (by code units), dates, booleans; stable, missing values last. */
export function sortRows(values: readonly unknown[], descending: boolean): Uint32Array {
  const keys = values.map(sortKey);
  const rows = Uint32Array.from(values, (_, i) => i);
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [keys[a], keys[b]];
    if (x === undefined || y === undefined) return x === y ? a - b : x === undefined ? 1 : -1;
    return x < y ? -sign : x > y ? sign : a - b;
  });
}

function sortKey(value: unknown): number | string | bigint | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date) return value.getTime();
  throw new UserError('Rows can be sorted by numbers, texts, dates and truth values only.');
}

/** The different values in the order of their first appearance; lists and records are compared by their content. */
export function uniqueValues<V>(values: readonly V[]): V[] {
  const seen = new Map<unknown, V>();
  for (const value of values) {
    const key = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
}

/** The rows of each part, by shares: at random, or (with keys) each key's rows for themselves. */
export async function splitRows(
  length: number,
  shares: Readonly<Record<string, number>>,
  seed: number,
  keys: readonly (string | number)[] | undefined,
): Promise<Readonly<Record<string, Int32Array>>> {
  const { randomSplit, stratifiedSplit } = await import('./splits/parts.js');
  return keys === undefined ? randomSplit(length, shares, seed) : stratifiedSplit(keys, shares, seed);
}

/** What a value is called when rows are told apart by it. */
export function keyOf(value: unknown): string | number {
  return typeof value === 'number' ? value : String(value);
}
