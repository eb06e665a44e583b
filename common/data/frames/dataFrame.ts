import type { DataFrame } from 'danfojs-node';

/** Columns by name, in order, all of the same length. */
export type ColumnValues = ReadonlyMap<string, readonly unknown[]>;

/**
 * A danfo.js DataFrame of these columns. Types are told from all values, not from the first twenty. What danfo cannot hold is written as
 * text: dates as ISO 8601, lists and records as JSON, integers beyond 2^53 − 1 by their digits; bytes by their number. A missing number
 * is NaN, another missing value null.
 */
export async function makeDataFrame(columns: ColumnValues): Promise<DataFrame> {
  // Loaded at the first need: it takes one to three seconds (mathjs, xlsx).
  const danfo = await import('danfojs-node');
  const names = [...columns.keys()];
  const made = names.map((name) => toDanfo(columns.get(name) ?? []));
  const rows = made[0]?.values.length ?? 0;
  if (rows === 0) return new danfo.DataFrame([], { columns: names });
  const data = Object.fromEntries(names.map((name, i) => [name, made[i]?.values]));
  return new danfo.DataFrame(data, { dtypes: made.map(({ dtype }) => dtype) });
}

function toDanfo(values: readonly unknown[]): { values: unknown[]; dtype: string } {
  const present = values.filter((value) => value !== null && value !== undefined);
  if (present.length > 0 && present.every((value) => typeof value === 'number' || isSmall(value))) {
    const numbers = values.map((value) => (value === null || value === undefined ? Number.NaN : Number(value)));
    return { values: numbers, dtype: present.every((value) => Number.isInteger(Number(value))) ? 'int32' : 'float32' };
  }
  if (present.length > 0 && present.every((value) => typeof value === 'boolean'))
    return { values: values.map((value) => value ?? null), dtype: 'boolean' };
  return { values: values.map(toText), dtype: 'string' };
}

function isSmall(value: unknown): boolean {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value));
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    return inner instanceof Uint8Array ? `${inner.length} bytes` : inner;
  });
}
