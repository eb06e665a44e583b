import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { groupedKFolds } from './groupedKFolds.js';
import { type Folds, foldRows, kFolds } from './kFolds.js';
import { stratifiedSplit } from './parts.js';
import { stratifiedGroupedKFolds } from './stratifiedGroupedKFolds.js';
import { stratifiedKFolds } from './stratifiedKFolds.js';

interface SklearnCase {
  label: number[];
  group: number[];
  folds: number;
  KFold: number[];
  StratifiedKFold: number[];
  GroupKFold: number[];
  StratifiedGroupKFold: number[];
  StratifiedKFold_shuffled_class_counts: number[][];
  StratifiedGroupKFold_class_counts: number[][];
}

interface Fixture {
  cases: SklearnCase[];
  StratifiedShuffleSplit: { counts: number[]; test: number; train_counts: number[]; test_counts: number[] }[];
}

const fixture: Fixture = JSON.parse(readFileSync(new URL('./fixtures/sklearn_splits.json', import.meta.url), 'utf8'));

/** Rows of each class in each fold, classes in ascending order. */
function classCounts({ of, count }: Folds, labels: readonly number[]): number[][] {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return Array.from({ length: count }, (_, fold) =>
    classes.map((c) => labels.filter((label, row) => label === c && of[row] === fold).length),
  );
}

/** The number of folds in which each group lies. */
function foldsOfGroups({ of }: Folds, groups: readonly (number | string)[]): number[] {
  return [...new Set(groups)].map((g) => new Set(groups.flatMap((other, row) => (other === g ? [of[row]] : []))).size);
}

const cases = fixture.cases.map(
  (c) => [`${c.label.length} rows, ${new Set(c.label).size} classes, ${c.folds} folds`, c] as const,
);

describe.each(cases)('%s', (_, c) => {
  test('without a seed all four are scikit-learn’s, row for row', () => {
    expect(Array.from(kFolds(c.label.length, c.folds).of)).toEqual(c.KFold);
    expect(Array.from(stratifiedKFolds(c.label, c.folds).of)).toEqual(c.StratifiedKFold);
    expect(Array.from(groupedKFolds(c.group, c.folds).of)).toEqual(c.GroupKFold);
    const both = stratifiedGroupedKFolds(c.label, c.group, c.folds);
    expect(Array.from(both.of)).toEqual(c.StratifiedGroupKFold);
    expect(classCounts(both, c.label)).toEqual(c.StratifiedGroupKFold_class_counts);
  });

  test('with a seed the stratified folds have scikit-learn’s class counts, and other rows', () => {
    const folds = stratifiedKFolds(c.label, c.folds, { seed: 3 });
    expect(classCounts(folds, c.label)).toEqual(c.StratifiedKFold_shuffled_class_counts);
    expect(Array.from(folds.of)).not.toEqual(c.StratifiedKFold);
    expect(stratifiedKFolds(c.label, c.folds, { seed: 3 })).toEqual(folds);
    expect(stratifiedKFolds(c.label, c.folds, { seed: 4 })).not.toEqual(folds);
  });

  test('no group lies in two folds, with any seed', () => {
    for (const seed of [undefined, 0, 1, 2]) {
      for (const folds of [
        groupedKFolds(c.group, c.folds, { seed }),
        stratifiedGroupedKFolds(c.label, c.group, c.folds, { seed }),
      ]) {
        expect(new Set(foldsOfGroups(folds, c.group))).toEqual(new Set([1]));
        expect(new Set(folds.of).size).toBe(c.folds);
      }
    }
  });
});

test('folds cover all rows once; train is what val leaves', () => {
  const folds = kFolds(11, 3, { seed: 5 });
  const parts = [0, 1, 2].map((fold) => foldRows(folds, fold));
  expect(parts.map(({ val }) => val.length)).toEqual([4, 4, 3]);
  expect(parts.flatMap(({ val }) => Array.from(val)).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { train, val } of parts) {
    expect(train.length + val.length).toBe(11);
    expect(Array.from(train).filter((row) => val.includes(row))).toEqual([]);
    expect(Array.from(train)).toEqual(Array.from(train).sort((a, b) => a - b));
  }
});

test('labels and groups may be texts, numbers and BigInt', () => {
  const numbers = [0, 1, 0, 1, 0, 1, 2, 2, 2];
  const texts = numbers.map((n) => ['ant', 'bee', 'cat'][n]!);
  expect(stratifiedKFolds(texts, 3)).toEqual(stratifiedKFolds(numbers, 3));
  expect(groupedKFolds(numbers.map(BigInt), 3)).toEqual(groupedKFolds(numbers, 3));
  expect(stratifiedKFolds(Int32Array.from(numbers), 3)).toEqual(stratifiedKFolds(numbers, 3));
});

test('classes smaller than the number of folds: a warning as long as one is large enough, then an error, as in scikit-learn', () => {
  const { warnings, of } = stratifiedKFolds([...'aaaaabb'], 3);
  expect(warnings).toEqual([
    'Some folds have no rows of "b" (2): a class needs at least as many members as there are folds (3).',
  ]);
  expect(of.length).toBe(7);
  expect(() => stratifiedKFolds([...'aabb'], 3)).toThrow(
    '3 folds are more than any class has members (the largest has 2).',
  );
  expect(stratifiedGroupedKFolds([...'aaaaabb'], [1, 2, 3, 4, 5, 6, 7], 3).warnings.length).toBe(1);
  expect(() => stratifiedGroupedKFolds([...'aabb'], [1, 2, 3, 4], 3)).toThrow('more than any class has members');
});

test('what cannot be folded says why', () => {
  expect(() => kFolds(3, 4)).toThrow('4 folds need at least as many rows; there are 3.');
  expect(() => kFolds(3, 1)).toThrow('1 folds: a whole number of at least 2 is needed.');
  expect(() => kFolds(3, 2.5)).toThrow('2.5 folds');
  expect(() => groupedKFolds(['a', 'a', 'b'], 3)).toThrow('3 parts need at least as many groups; there are 2.');
  expect(() => stratifiedKFolds([], 2)).toThrow('There are no rows to split.');
  // A column read from a file may have gaps, whatever its type says.
  const gap = JSON.parse('["a", null]');
  expect(() => groupedKFolds(gap, 2)).toThrow('Row 1 has no group; each row needs one.');
  expect(() => stratifiedGroupedKFolds([1, 2], [1], 2)).toThrow(
    'There are 2 labels and 1 groups; each row needs one of both.',
  );
});

test.each(fixture.StratifiedShuffleSplit)(
  'a stratified split of $counts has scikit-learn’s class counts',
  ({ counts, test: size, train_counts, test_counts }) => {
    const labels = counts.flatMap((n, label) => Array<number>(n).fill(label));
    const { train, test: held } = stratifiedSplit(labels, { train: labels.length - size, test: size }, 0);
    const countsOf = (rows: Int32Array) => counts.map((_, label) => rows.filter((row) => labels[row] === label).length);
    expect(countsOf(train!)).toEqual(train_counts);
    expect(countsOf(held!)).toEqual(test_counts);
  },
);
