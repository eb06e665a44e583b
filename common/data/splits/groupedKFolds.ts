import { UserError } from '../../utils/index.js';
import { type Encoded, encode, type Key } from './groups.js';
import { checkFolds, type FoldOptions, type Folds } from './kFolds.js';
import { order } from './permute.js';

/**
 * k folds of about equal size such that no group lies in two: scikit-learn's `GroupKFold`, without a seed row for row. The largest group
 * goes first, each to the fold that is then smallest. The seed shuffles groups of the same size only, so that folds stay balanced.
 *
 * @throws UserError where there are fewer groups than folds.
 */
export function groupedKFolds(groups: ArrayLike<Key>, count: number, { seed }: FoldOptions = {}): Folds {
  checkFolds(count);
  const encoded = encode(groups, 'group');
  checkGroups(encoded, count);
  const part = assignGroups(encoded.counts, Array<number>(count).fill(1), seed);
  return { count, of: encoded.codes.map((code) => part[code]!), warnings: [] };
}

/** @throws UserError where there are fewer groups than parts. */
export function checkGroups({ counts }: Encoded, parts: number): void {
  if (parts > counts.length)
    throw new UserError(`${parts} parts need at least as many groups; there are ${counts.length}.`);
}

/** The part of each group, for parts that shall be as large, relative to one another, as `shares`. */
export function assignGroups(sizes: Int32Array, shares: readonly number[], seed: number | undefined): Int32Array {
  // scikit-learn turns a stable ascending order round: of equal groups the last comes first.
  const groups = order(sizes.length, seed)
    .reverse()
    .sort((a, b) => sizes[b]! - sizes[a]!);
  const filled = new Float64Array(shares.length);
  const part = new Int32Array(sizes.length);
  for (const group of groups) {
    const size = sizes[group]!;
    let best = 0;
    for (let p = 1; p < shares.length; p++)
      if ((filled[p]! + size) / shares[p]! < (filled[best]! + size) / shares[best]!) best = p;
    filled[best]! += size;
    part[group] = best;
  }
  return part;
}
