import { UserError } from '../../utils/index.js';

/** What a label or a group can be. */
export type Key = number | string | bigint | boolean;

/** Values numbered from 0, in the order of numbers or of code points: numpy's `unique(return_inverse=True)`. */
export interface Encoded {
  /** The number of each row's value. */
  codes: Int32Array;
  values: readonly Key[];
  /** Rows that have each value. */
  counts: Int32Array;
}

/**
 * Numbers labels or groups.
 *
 * @param what names them in an error: `label` or `group`
 * @throws UserError naming the first row that has none.
 */
export function encode(values: ArrayLike<Key | null | undefined>, what: string): Encoded {
  const known = new Map<Key, number>();
  const first = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined || Number.isNaN(value))
      throw new UserError(`Row ${row} has no ${what}; each row needs one.`);
    let code = known.get(value);
    if (code === undefined) {
      code = known.size;
      known.set(value, code);
    }
    first[row] = code;
  }
  const appeared = [...known.keys()];
  const order = Int32Array.from(appeared.keys()).sort((a, b) => compare(appeared[a]!, appeared[b]!));
  const rank = new Int32Array(order.length);
  for (const [place, code] of order.entries()) rank[code] = place;
  const counts = new Int32Array(order.length);
  const codes = first.map((code) => rank[code]!);
  for (const code of codes) counts[code]!++;
  return { codes, values: Array.from(order, (code) => appeared[code]!), counts };
}

function compare(a: Key, b: Key): number {
  if (typeof a === 'string' || typeof b === 'string') {
    const [x, y] = [String(a), String(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The rows of each value, ascending. */
export function rowsByCode({ codes, counts }: Encoded): Int32Array[] {
  const rows = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(counts.length);
  for (const [row, code] of codes.entries()) rows[code]![filled[code]!++] = row;
  return rows;
}

/** @throws UserError where labels and groups are not of the same rows. */
export function checkSameLength(labels: { length: number }, groups: { length: number }): void {
  if (labels.length === groups.length) return;
  throw new UserError(`There are ${labels.length} labels and ${groups.length} groups; each row needs one of both.`);
}
