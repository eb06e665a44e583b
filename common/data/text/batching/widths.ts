import { UserError } from '../../../utils/index.js';

/** Candidates at most: their number counts squared. */
const MOST_WIDTHS = 1024;

export interface WidthOptions {
  /** Widths at most. Default 8. */
  buckets?: number;
  /** Every width is a multiple of this. Default 1; with very many different lengths, a larger one. */
  multipleOf?: number;
}

/**
 * A few widths for batches of padded texts: the ones that waste the fewest places on these lengths, the last one as wide as the longest
 * text. A compiled step then meets that many shapes and no more. Exact, by dynamic programming over the multiples.
 *
 * @returns ascending widths
 */
export function chooseWidths(lengths: ArrayLike<number>, options: WidthOptions = {}): number[] {
  const { buckets = 8, multipleOf: asked = 1 } = options;
  for (const [name, value] of Object.entries({ buckets, multipleOf: asked }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new UserError(`chooseWidths: ${name} is ${value}; it must be 1 or more`);
  let longest = 0;
  for (let i = 0; i < lengths.length; i++) longest = Math.max(longest, lengths[i]!);
  const multipleOf = asked * Math.max(1, Math.ceil(longest / asked / MOST_WIDTHS));
  if (lengths.length === 0) return [multipleOf];
  // How many texts need each multiple; only multiples that some text needs can be the best widths.
  const counts = new Map<number, number>();
  for (let i = 0; i < lengths.length; i++) {
    const width = roundUp(lengths[i]!, multipleOf);
    counts.set(width, (counts.get(width) ?? 0) + 1);
  }
  const widths = [...counts.keys()].sort((a, b) => a - b);
  const n = widths.length;
  // below[i]: texts of the first i widths.
  const below = [0];
  for (const width of widths) below.push(below.at(-1)! + counts.get(width)!);
  // cost[j]: places for all texts up to width j, with the buckets so far, the last of which ends there.
  let cost = widths.map((width, j) => width * below[j + 1]!);
  const choices: Int32Array[] = [new Int32Array(n).fill(-1)];
  for (let used = 1; used < Math.min(buckets, n); used++) {
    const next = [...cost];
    const choice = new Int32Array(n).fill(-2);
    for (let j = used; j < n; j++)
      for (let i = used - 1; i < j; i++) {
        const total = cost[i]! + widths[j]! * (below[j + 1]! - below[i + 1]!);
        if (total < next[j]!) {
          next[j] = total;
          choice[j] = i;
        }
      }
    cost = next;
    choices.push(choice);
  }
  const chosen: number[] = [];
  let j = n - 1;
  for (let used = choices.length - 1; used >= 0 && j >= 0; used--) {
    const i = choices[used]![j]!;
    // One bucket fewer was as good.
    if (i === -2) continue;
    chosen.push(widths[j]!);
    j = i;
  }
  return chosen.reverse();
}

/** The smallest multiple that holds a length; at least one. */
export function roundUp(length: number, multipleOf: number): number {
  return Math.max(1, Math.ceil(length / multipleOf)) * multipleOf;
}

/** The first of the ascending widths that holds a length, or undefined. */
export function widthOf(length: number, widths: readonly number[]): number | undefined {
  return widths.find((width) => width >= length);
}
