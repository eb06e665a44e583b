import { UserError } from '../../utils/index.js';
import { groupedKFolds } from './groupedKFolds.js';
import type { Key } from './groups.js';
import { type Folds, foldRows, kFolds } from './kFolds.js';
import {
  groupedSplit,
  type PartSizes,
  type Parts,
  randomSplit,
  stratifiedGroupedSplit,
  stratifiedSplit,
} from './parts.js';
import { stratifiedGroupedKFolds } from './stratifiedGroupedKFolds.js';
import { stratifiedKFolds } from './stratifiedKFolds.js';

export interface SplitOptions {
  /** The class of each row: each part gets its share of each class. */
  labels?: ArrayLike<Key>;
  /** The group (patient, scene, author …) of each row: no group lies in two parts. */
  groups?: ArrayLike<Key>;
  /** Folds of what is left beside the test set; without it, one `train` and, where `val` is given, one `val`. */
  folds?: number;
  /** Fraction or number of rows held out first, for all folds. */
  test?: number;
  /** Fraction or number of rows of `val`, of all rows; not together with `folds`. */
  val?: number;
  seed: number;
}

export interface Splits {
  /** Rows by name, ascending: `test`, and `fold_0_train`, `fold_0_val` … or `train`, `val`. */
  parts: Parts;
  /** What is worth knowing, e.g. a class with fewer members than folds. */
  warnings: readonly string[];
}

/**
 * Splits rows: first a test set that all folds share, then k folds (or train and val) of the rest; stratified, grouped, both or neither.
 * A pure function of its arguments.
 *
 * @throws UserError where that is not possible; see the functions for a single kind of split.
 */
export function createSplits(length: number, { labels, groups, folds, test, val, seed }: SplitOptions): Splits {
  if (folds === undefined && test === undefined && val === undefined)
    throw new UserError('Nothing to split: folds, test or val is needed.');
  if (folds !== undefined && val !== undefined)
    throw new UserError('Each fold has its own val part: folds and val do not go together.');
  const isCount = [test, val].some((size) => size !== undefined && size >= 1);
  const total = isCount ? length : 1;
  const sizes: Record<string, number> = { train: total - (test ?? 0) - (val ?? 0), val: val ?? 0, test: test ?? 0 };
  for (const name of ['val', 'test']) if (sizes[name] === 0) delete sizes[name];
  if (folds === undefined) return { parts: split(length, labels, groups, sizes, seed), warnings: [] };

  const { train: rest = new Int32Array(), ...parts } =
    test === undefined
      ? { train: Int32Array.from({ length }, (_, row) => row) }
      : split(length, labels, groups, sizes, seed);
  const made = fold(rest.length, pick(labels, rest), pick(groups, rest), folds, seed);
  const result: Parts = { ...parts };
  for (let i = 0; i < folds; i++) {
    const { train, val: validation } = foldRows(made, i);
    result[`fold_${i}_train`] = train.map((at) => rest[at]!);
    result[`fold_${i}_val`] = validation.map((at) => rest[at]!);
  }
  return { parts: result, warnings: made.warnings };
}

function split(
  length: number,
  labels: SplitOptions['labels'],
  groups: SplitOptions['groups'],
  sizes: PartSizes,
  seed: number,
): Parts {
  if (labels && groups) return stratifiedGroupedSplit(labels, groups, sizes, seed);
  if (labels) return stratifiedSplit(labels, sizes, seed);
  return groups ? groupedSplit(groups, sizes, seed) : randomSplit(length, sizes, seed);
}

function fold(
  length: number,
  labels: SplitOptions['labels'],
  groups: SplitOptions['groups'],
  count: number,
  seed: number,
): Folds {
  if (labels && groups) return stratifiedGroupedKFolds(labels, groups, count, { seed });
  if (labels) return stratifiedKFolds(labels, count, { seed });
  return groups ? groupedKFolds(groups, count, { seed }) : kFolds(length, count, { seed });
}

function pick(values: ArrayLike<Key> | undefined, rows: Int32Array): Key[] | undefined {
  return values && Array.from(rows, (row) => values[row]!);
}
