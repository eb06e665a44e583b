import { expect, test } from 'vitest';
import { createSplits } from './createSplits.js';
import { mergeGroups } from './mergeGroups.js';
import { groupedSplit, randomSplit, stratifiedGroupedSplit, stratifiedSplit } from './parts.js';
import { formatSplitReport, splitReport } from './report.js';

const labels = Array.from({ length: 200 }, (_, row) => (row % 10 === 0 ? 2 : row % 2));
const patients = Array.from({ length: 200 }, (_, row) => `patient ${Math.floor(row / 7)}`);

/** Every row in exactly one part, ascending. */
function expectPartition(parts: Record<string, Int32Array>, length: number): void {
  const all = Object.values(parts).flatMap((rows) => Array.from(rows));
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, row) => row));
  for (const rows of Object.values(parts)) expect(Array.from(rows)).toEqual(Array.from(rows).sort((a, b) => a - b));
}

test('a random split has the sizes it was asked for and depends on the seed alone', () => {
  const parts = randomSplit(101, { train: 0.8, val: 0.1, test: 0.1 }, 7);
  expectPartition(parts, 101);
  // 80.8, 10.1, 10.1: the largest remainder is rounded up.
  expect(Object.values(parts).map((rows) => rows.length)).toEqual([81, 10, 10]);
  expect(randomSplit(101, { train: 0.8, val: 0.1, test: 0.1 }, 7)).toEqual(parts);
  expect(randomSplit(101, { train: 0.8, val: 0.1, test: 0.1 }, 8)).not.toEqual(parts);
  expect(randomSplit(10, { a: 3, b: 7 }, 0).a?.length).toBe(3);
});

test('which rows a random split takes is uniform', () => {
  const hits = new Float64Array(20);
  for (let seed = 0; seed < 4000; seed++) for (const row of randomSplit(20, { a: 5, b: 15 }, seed).a!) hits[row]!++;
  // Binomial(4000, 1/4): 1000 ± 27.4; the bound is five standard deviations.
  for (const count of hits) expect(Math.abs(count - 1000)).toBeLessThan(137);
});

test('a stratified split of three parts has each class’s share to less than a row', () => {
  const parts = stratifiedSplit(labels, { train: 0.7, val: 0.1, test: 0.2 }, 0);
  expectPartition(parts, 200);
  const shares = { train: 0.7, val: 0.1, test: 0.2 };
  for (const [name, share] of Object.entries(shares)) {
    expect(parts[name]?.length).toBe(200 * share);
    for (const c of [0, 1, 2]) {
      const members = parts[name]!.filter((row) => labels[row] === c).length;
      expect(Math.abs(members - share * labels.filter((label) => label === c).length)).toBeLessThan(1);
    }
  }
});

test('a grouped split tears no group apart and is about as large as asked', () => {
  for (const seed of [0, 1, 2]) {
    for (const parts of [
      groupedSplit(patients, { train: 0.8, test: 0.2 }, seed),
      stratifiedGroupedSplit(labels, patients, { train: 0.8, test: 0.2 }, seed),
    ]) {
      expectPartition(parts, 200);
      const inTest = new Set(Array.from(parts.test!, (row) => patients[row]));
      expect(Array.from(parts.train!).filter((row) => inTest.has(patients[row]))).toEqual([]);
      expect(Math.abs(parts.test!.length - 40)).toBeLessThanOrEqual(7);
    }
  }
});

test('sizes that do not sum up, and parts that would be empty, are errors', () => {
  expect(() => randomSplit(10, { a: 0.5, b: 0.4 }, 0)).toThrow('a 0.5, b 0.4 sum to 0.9');
  expect(() => randomSplit(10, { a: 5, b: 4 }, 0)).toThrow('whole numbers that sum to its 10 rows');
  expect(() => randomSplit(10, { a: 0.99, b: 0.01 }, 0)).toThrow('The part "b" (0.01 of 10 rows) would be empty.');
  expect(() => randomSplit(10, { a: 1.5, b: -0.5 }, 0)).toThrow('positive numbers');
  expect(() => stratifiedSplit([...'aaab'], { a: 0.5, b: 0.5 }, 0)).toThrow('The class "b" has one row only');
  expect(() => stratifiedSplit([...'aabbcc'], { a: 4, b: 2 }, 0)).toThrow(
    '"b" would have fewer rows than there are classes (3)',
  );
  expect(() => groupedSplit([...'aaaa'], { a: 0.5, b: 0.5 }, 0)).toThrow(
    '2 parts need at least as many groups; there are 1',
  );
});

test('folds share one test set, which is held out first; groups are in one part only', () => {
  const { parts, warnings } = createSplits(200, { labels, groups: patients, folds: 5, test: 0.2, seed: 1 });
  expect(warnings).toEqual([]);
  expect(Object.keys(parts)).toEqual(['test', ...[0, 1, 2, 3, 4].flatMap((i) => [`fold_${i}_train`, `fold_${i}_val`])]);
  const groupsOf = (rows: Int32Array) => new Set(Array.from(rows, (row) => patients[row]));
  for (let i = 0; i < 5; i++) {
    const { test: held, [`fold_${i}_train`]: train, [`fold_${i}_val`]: val } = parts;
    expectPartition({ held: held!, train: train!, val: val! }, 200);
    const all = [held!, train!, val!].map(groupsOf);
    expect(all.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(patients).size);
  }
  const vals = [0, 1, 2, 3, 4].map((i) => parts[`fold_${i}_val`]!);
  expectPartition({ test: parts.test!, ...Object.fromEntries(vals.map((rows, i) => [i, rows])) }, 200);
});

test('without folds there are train, val and test; with neither nothing', () => {
  const { parts } = createSplits(100, { test: 20, val: 10, seed: 0 });
  expectPartition(parts, 100);
  expect(Object.entries(parts).map(([name, rows]) => [name, rows.length])).toEqual([
    ['train', 70],
    ['val', 10],
    ['test', 20],
  ]);
  expect(Object.keys(createSplits(100, { folds: 2, seed: 0 }).parts)).toEqual([
    'fold_0_train',
    'fold_0_val',
    'fold_1_train',
    'fold_1_val',
  ]);
  expect(() => createSplits(100, { seed: 0 })).toThrow('Nothing to split');
  expect(() => createSplits(100, { folds: 2, val: 0.1, seed: 0 })).toThrow('folds and val do not go together');
});

test('the report counts classes and groups of each part', () => {
  const classes = ['ant', 'bee', 'cat'];
  const { parts } = createSplits(200, { labels, groups: patients, folds: 2, test: 0.2, seed: 1 });
  const report = splitReport(parts, Int32Array.from(labels), classes, patients);
  expect(report.total).toEqual({ rows: 200, counts: [80, 100, 20], groups: 29 });
  for (const { name, rows, counts } of report.parts) {
    expect(rows).toBe(parts[name]?.length);
    expect(counts).toEqual([0, 1, 2].map((c) => parts[name]!.filter((row) => labels[row] === c).length));
  }
  const text = formatSplitReport(report);
  expect(text).toContain('fold_1');
  expect(text).not.toContain('train');
  expect(text).toMatch(/^bee +100 {2}50\.0 % /m);
  expect(text).toMatch(/Largest difference of a class's share: \d+\.\d\d points \("(ant|bee|cat)" in /);
});

test('groups that share a row of another kind become one group', () => {
  // Rows 1 and 3 are the same picture, so are 3 and 5: patients a, b and c belong together, d does not.
  const merged = mergeGroups(
    ['a', 'a', 'b', 'b', 'c', 'c', 'd'],
    [
      [1, 3],
      [5, 3],
    ],
  );
  expect(Array.from(merged)).toEqual([0, 0, 0, 0, 0, 0, 6]);
  expect(Array.from(mergeGroups([0, 1, 2, 3], [[3, 1]]))).toEqual([0, 1, 2, 1]);
});
