import { UserError } from '../../utils/index.js';
import { assignGroups, checkGroups } from './groupedKFolds.js';
import { checkSameLength, encode, type Key, rowsByCode } from './groups.js';
import { order, permute } from './permute.js';
import { assignStratifiedGroups } from './stratifiedGroupedKFolds.js';

/** The parts of a split by name: either all are fractions that sum to 1, or all are whole numbers that sum to the number of rows. */
export type PartSizes = Readonly<Record<string, number>>;

/** The rows of each part, ascending. */
export type Parts = Record<string, Int32Array>;

/**
 * Parts of random rows, e.g. `randomSplit(100, { train: 0.9, val: 0.1 }, 0)`. A pure function of its arguments.
 *
 * @throws UserError where the sizes do not sum up, or a part would be empty.
 */
export function randomSplit(length: number, sizes: PartSizes, seed: number): Parts {
  const counts = partCounts(length, sizes);
  const rows = order(length, seed);
  let at = 0;
  return byName(sizes, (part) => {
    const from = at;
    at += counts[part]!;
    return rows.slice(from, at).sort();
  });
}

/**
 * Parts in which each class has its share, to less than a row: scikit-learn's `StratifiedShuffleSplit`, for any number of parts.
 *
 * @throws UserError where a class has one member only, or a part is smaller than the number of classes.
 */
export function stratifiedSplit(labels: ArrayLike<Key>, sizes: PartSizes, seed: number): Parts {
  const counts = partCounts(labels.length, sizes);
  const classes = encode(labels, 'label');
  const single = classes.counts.indexOf(1);
  if (single >= 0)
    throw new UserError(`The class "${classes.values[single]}" has one row only: it cannot be in each part.`);
  const smallest = Object.keys(sizes).find((_, part) => counts[part]! < classes.counts.length);
  if (smallest !== undefined)
    throw new UserError(
      `The part "${smallest}" would have fewer rows than there are classes (${classes.counts.length}).`,
    );
  const rows = rowsByCode(classes).map((members, code) => permute(members, seed, code));
  const left = Array.from(classes.counts);
  return byName(sizes, (part) => {
    const take = draw(left, counts[part]!, order(left.length, seed, -1 - part));
    return Int32Array.from(
      rows.flatMap((members, code) => {
        const from = members.length - left[code]!;
        left[code]! -= take[code]!;
        return Array.from(members.subarray(from, from + take[code]!));
      }),
    ).sort();
  });
}

/**
 * Parts of about these sizes such that no group lies in two. Large groups go first, to the part that is then least full.
 *
 * @throws UserError where there are fewer groups than parts, or a part gets none.
 */
export function groupedSplit(groups: ArrayLike<Key>, sizes: PartSizes, seed: number): Parts {
  const encoded = encode(groups, 'group');
  const counts = partCounts(groups.length, sizes);
  checkGroups(encoded, counts.length);
  return rowsOfParts(encoded.codes, assignGroups(encoded.counts, sharesOf(counts), seed), sizes);
}

/**
 * Parts of about these sizes in which each class has about its share and no group lies in two: the method of `StratifiedGroupKFold`,
 * with parts of different sizes.
 *
 * @throws UserError as `groupedSplit`.
 */
export function stratifiedGroupedSplit(
  labels: ArrayLike<Key>,
  groups: ArrayLike<Key>,
  sizes: PartSizes,
  seed: number,
): Parts {
  checkSameLength(labels, groups);
  const encoded = encode(groups, 'group');
  const counts = partCounts(groups.length, sizes);
  checkGroups(encoded, counts.length);
  const part = assignStratifiedGroups(encode(labels, 'label'), encoded, sharesOf(counts), seed);
  return rowsOfParts(encoded.codes, part, sizes);
}

/** The number of rows of each part: fractions by the largest remainders. */
function partCounts(length: number, sizes: PartSizes): number[] {
  const names = Object.keys(sizes);
  const values = Object.values(sizes);
  const text = names.map((name) => `${name} ${sizes[name]}`).join(', ');
  if (!values.every((value) => value > 0))
    throw new UserError(`The sizes of a split are positive numbers, not ${text}.`);
  const sum = values.reduce((a, b) => a + b, 0);
  const whole = values.every(Number.isInteger) && sum === length;
  if (!whole && Math.abs(sum - 1) > 1e-9)
    throw new UserError(
      `The sizes of a split are fractions that sum to 1, or whole numbers that sum to its ${length} rows; ${text} sum to ${sum}.`,
    );
  const counts = whole
    ? values
    : apportion(
        values.map((value) => value * length),
        length,
      );
  const empty = names.find((_, part) => counts[part] === 0);
  if (empty !== undefined)
    throw new UserError(`The part "${empty}" (${sizes[empty]} of ${length} rows) would be empty.`);
  return counts;
}

/** scikit-learn's `_approximate_mode`: how many members of each class a part takes; of equal remainders, those first in `ties` go up. */
function draw(classes: readonly number[], total: number, ties: Int32Array): number[] {
  const rows = classes.reduce((a, b) => a + b, 0);
  return apportion(
    classes.map((n) => (n / rows) * total),
    total,
    ties,
  );
}

/** Whole numbers that sum to `total`, each the floor or the ceiling of its quota: the largest remainders are rounded up. */
function apportion(
  quotas: readonly number[],
  total: number,
  ties: ArrayLike<number> = quotas.map((_, i) => i),
): number[] {
  // What rounding makes of a whole number is a whole number.
  const exact = quotas.map((q) => (Math.abs(q - Math.round(q)) < 1e-9 ? Math.round(q) : q));
  const counts = exact.map(Math.floor);
  const remainder = (i: number) => exact[i]! - counts[i]!;
  const rest = total - counts.reduce((a, b) => a + b, 0);
  const largest = Array.from(ties)
    .map((i) => ({ i, remainder: remainder(i) }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { i } of largest.slice(0, rest)) counts[i]!++;
  return counts;
}

/** Shares as `shares` of `assignGroups`: 1 on average. */
function sharesOf(counts: readonly number[]): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((n) => (n * counts.length) / sum);
}

function rowsOfParts(groupOf: Int32Array, part: Int32Array, sizes: PartSizes): Parts {
  const rows = Int32Array.from(groupOf.keys());
  return byName(sizes, (wanted, name) => {
    const found = rows.filter((row) => part[groupOf[row]!] === wanted);
    if (found.length === 0) throw new UserError(`The part "${name}" would be empty: the groups are too large for it.`);
    return found;
  });
}

function byName(sizes: PartSizes, rows: (part: number, name: string) => Int32Array): Parts {
  return Object.fromEntries(Object.keys(sizes).map((name, part) => [name, rows(part, name)]));
}
