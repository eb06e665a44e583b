import { checkGroups } from './groupedKFolds.js';
import { checkSameLength, type Encoded, encode, type Key } from './groups.js';
import { checkFolds, type FoldOptions, type Folds } from './kFolds.js';
import { order } from './permute.js';
import { checkMembers } from './stratifiedKFolds.js';

/**
 * k folds in which each class has about its share and no group lies in two: scikit-learn's `StratifiedGroupKFold`. Groups go one by one,
 * those whose classes are least alike in number first, each to the fold that leaves the classes most evenly spread. The seed shuffles
 * groups that are alike in this. Without a seed it is the same row for row.
 *
 * @throws UserError where there are fewer groups than folds, or every class has fewer rows than there are folds.
 */
export function stratifiedGroupedKFolds(
  labels: ArrayLike<Key>,
  groups: ArrayLike<Key>,
  count: number,
  { seed }: FoldOptions = {},
): Folds {
  checkFolds(count);
  checkSameLength(labels, groups);
  const classes = encode(labels, 'label');
  const encoded = encode(groups, 'group');
  const warnings = checkMembers(classes, count);
  checkGroups(encoded, count);
  const part = assignStratifiedGroups(classes, encoded, Array<number>(count).fill(1), seed);
  return { count, of: encoded.codes.map((code) => part[code]!), warnings };
}

/** The part of each group, for parts that shall have as many rows of each class, relative to one another, as `shares`. */
export function assignStratifiedGroups(
  classes: Encoded,
  groups: Encoded,
  shares: readonly number[],
  seed: number | undefined,
): Int32Array {
  const members = classesOfGroups(classes, groups);
  const spread = new Spread(classes.counts, shares);
  const part = new Int32Array(groups.counts.length);
  for (const group of mostUnequalFirst(members, classes.counts.length, seed)) {
    part[group] = spread.best(members[group]!);
    spread.add(part[group]!, members[group]!);
  }
  return part;
}

/** The classes of a group and their numbers of rows. */
type Members = readonly { code: number; rows: number }[];

function classesOfGroups({ codes }: Encoded, groups: Encoded): Members[] {
  const rows = Array.from(groups.counts, () => new Map<number, number>());
  for (const [row, group] of groups.codes.entries()) {
    const counts = rows[group]!;
    counts.set(codes[row]!, (counts.get(codes[row]!) ?? 0) + 1);
  }
  return rows.map((counts) => Array.from(counts, ([code, n]) => ({ code, rows: n })));
}

/** Groups by the standard deviation of their numbers of rows of each class, the largest first. */
function mostUnequalFirst(groups: readonly Members[], classes: number, seed: number | undefined): Int32Array {
  const counts = new Float64Array(classes);
  const deviations = groups.map((members) => {
    counts.fill(0);
    for (const { code, rows } of members) counts[code] = rows;
    const mean = sumOf(counts) / classes;
    return Math.sqrt(sumOf(counts.map((n) => (n - mean) ** 2)) / classes);
  });
  return order(groups.length, seed).sort((a, b) => deviations[b]! - deviations[a]!);
}

/** How far the parts are from having the same share of each class. */
class Spread {
  readonly #totals: Int32Array;
  readonly #shares: readonly number[];
  /** Rows of each class in each part. */
  readonly #counts: Float64Array[];
  readonly #rows: Float64Array;
  /** The standard deviation, over the parts, of each class's share. */
  readonly #deviations: Float64Array;

  /** A gain below this is rounding. Folds of one size are left to it as in scikit-learn; parts of different sizes would become lopsided. */
  readonly #margin: number;

  constructor(totals: Int32Array, shares: readonly number[]) {
    this.#margin = shares.every((share) => share === 1) ? 0 : 1e-9;
    this.#totals = totals;
    this.#shares = shares;
    this.#counts = shares.map(() => new Float64Array(totals.length));
    this.#rows = new Float64Array(shares.length);
    this.#deviations = new Float64Array(totals.length);
  }

  add(part: number, members: Members): void {
    for (const { code, rows } of members) {
      this.#counts[part]![code]! += rows;
      this.#rows[part]! += rows;
    }
    for (const { code } of members) this.#deviations[code] = this.#deviationOf(code, part, 0);
  }

  /** The part that takes the group with the least spread; of equal ones that with fewer rows. */
  best(members: Members): number {
    const size = members.reduce((sum, { rows }) => sum + rows, 0);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let part = 0; part < this.#shares.length; part++) {
      const spread = this.#with(part, members);
      // numpy's isclose, as scikit-learn has it.
      const close = Math.abs(spread - least) <= 1e-8 + 1e-5 * least;
      if (spread < least - this.#margin || (close && this.#filled(part, size) < this.#filled(best, size))) {
        least = spread;
        best = part;
      }
    }
    return best;
  }

  /** The mean deviation of all classes, were the group in this part. Classes that it does not have stay as they are. */
  #with(part: number, members: Members): number {
    const before = members.map(({ code }) => this.#deviations[code]!);
    for (const { code, rows } of members) this.#deviations[code] = this.#deviationOf(code, part, rows);
    const mean = sumOf(this.#deviations) / this.#deviations.length;
    for (const [i, { code }] of members.entries()) this.#deviations[code] = before[i]!;
    return mean;
  }

  /** With `more` rows; for parts of one size the order is that of their rows now. */
  #filled(part: number, more: number): number {
    return (this.#rows[part]! + more) / this.#shares[part]!;
  }

  /** With `more` rows of the class in `part`. */
  #deviationOf(code: number, part: number, more: number): number {
    const shares = this.#shares.map((share, p) => {
      const rows = this.#counts[p]![code]! + (p === part ? more : 0);
      return rows / (this.#totals[code]! * share);
    });
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
  }
}

/** A sum in numpy's order (eight partial sums, up to 128 numbers): ties are often decided by rounding, and so they are decided alike. */
function sumOf(values: Float64Array): number {
  const n = values.length;
  if (n > 128) {
    const half = (n >> 1) - ((n >> 1) % 8);
    return sumOf(values.subarray(0, half)) + sumOf(values.subarray(half));
  }
  const whole = n < 8 ? 0 : n - (n % 8);
  const r = new Float64Array(8);
  for (let i = 0; i < whole; i++) r[i % 8]! += values[i]!;
  let sum = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
  for (let i = whole; i < n; i++) sum += values[i]!;
  return sum;
}
