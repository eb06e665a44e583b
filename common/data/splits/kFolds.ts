import { UserError } from '../../utils/index.js';
import { order } from './permute.js';

/** Which fold each row belongs to: its validation part is the rows of that fold, its train part all others. */
export interface Folds {
  count: number;
  /** The fold (0 … count − 1) of each row. */
  of: Int32Array;
  /** What scikit-learn warns about, in sentences. */
  warnings: readonly string[];
}

export interface FoldOptions {
  /** Shuffles; without it the rows' order decides, as `shuffle=False` in scikit-learn. */
  seed?: number;
}

/**
 * k folds of (nearly) equal size: scikit-learn's `KFold`. The first `length % count` folds have one row more.
 *
 * @throws UserError where there are fewer rows than folds.
 */
export function kFolds(length: number, count: number, { seed }: FoldOptions = {}): Folds {
  checkFolds(count);
  if (count > length) throw new UserError(`${count} folds need at least as many rows; there are ${length}.`);
  const of = new Int32Array(length);
  const rows = order(length, seed);
  const larger = length % count;
  const size = (length - larger) / count;
  for (const [place, row] of rows.entries()) {
    const inLarger = Math.floor(place / (size + 1));
    of[row] = inLarger < larger ? inLarger : Math.floor((place - larger) / size);
  }
  return { count, of, warnings: [] };
}

/** The rows of a fold, ascending: `val` those that lie in it, `train` the others. */
export function foldRows({ of }: Folds, fold: number): { train: Int32Array; val: Int32Array } {
  const rows = Int32Array.from(of.keys());
  return { train: rows.filter((row) => of[row] !== fold), val: rows.filter((row) => of[row] === fold) };
}

/** @throws UserError unless it is a whole number of at least 2. */
export function checkFolds(count: number): void {
  if (!Number.isInteger(count) || count < 2)
    throw new UserError(`${count} folds: a whole number of at least 2 is needed.`);
}
