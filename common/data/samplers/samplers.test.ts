import { expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import { distributedShard, mPerClass, random, type Sampler, sequential, weighted } from './index.js';

const list = (sampler: Sampler, epoch = 0, from = 0) => [...sampler.indices(epoch, from)];
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
/** Rows 0 … 9 of class 0, then 3 of class 1, 1 of class 2, 6 of class 3. */
const labels = [...Array(10).fill(0), ...Array(3).fill(1), 2, ...Array(6).fill(3)];

/** χ² of counts against expected ones. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

test('sequential is 0, 1, 2 … in every epoch', () => {
  expect(list(sequential(5))).toEqual([0, 1, 2, 3, 4]);
  expect(list(sequential(5), 3, 2)).toEqual([2, 3, 4]);
});

test('random: every epoch is another permutation; all permutations of three are equally frequent', () => {
  const sampler = random(50, { seed: 4 });
  expect(list(sampler, 1).sort((a, b) => a - b)).toEqual(range(50));
  expect(list(sampler, 1)).not.toEqual(list(sampler, 2));
  expect(list(sampler, 1)).not.toEqual(list(random(50, { seed: 5 }), 1));
  const counts = new Map<string, number>();
  const three = random(3, { seed: 1 });
  for (let epoch = 0; epoch < 6000; epoch++) {
    const key = list(three, epoch).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  // 99.99 % of χ² with 5 degrees of freedom lie below 25.7.
  expect(chiSquare([...counts.values()], Array(6).fill(1000))).toBeLessThan(25.7);
});

test.each([
  ['sequential', sequential(20)],
  ['random', random(20, { seed: 3 })],
  ['weighted', weighted(range(20), { count: 30 })],
  ['weighted without replacement', weighted(range(20), { count: 10, replacement: false })],
  ['mPerClass', mPerClass(labels, { m: 2, batchSize: 4 })],
  ['distributedShard', distributedShard(random(21), { rank: 1, count: 4 })],
])('%s: a pure function of the epoch, entered at any place', (_, sampler) => {
  for (const epoch of [0, 7]) {
    const whole = list(sampler, epoch);
    expect(whole).toHaveLength(sampler.length);
    expect(list(sampler, epoch)).toEqual(whole);
    for (const from of [1, 5, sampler.length]) expect(list(sampler, epoch, from)).toEqual(whole.slice(from));
  }
});

test('weighted draws in proportion to the weights, independently', () => {
  const weights = [1, 0, 3, 6];
  const drawn = list(weighted(weights, { count: 20_000, seed: 2 }));
  const counts = weights.map((_, i) => drawn.filter((row) => row === i).length);
  expect(counts[1]).toBe(0);
  // 99.99 % of χ² with 2 degrees of freedom lie below 18.4.
  expect(chiSquare([counts[0]!, counts[2]!, counts[3]!], [2000, 6000, 12_000])).toBeLessThan(18.4);
  // Independent: after a 0 comes what comes anyway.
  const after = drawn.filter((_, i) => drawn[i - 1] === 0);
  const share = after.filter((row) => row === 3).length / after.length;
  expect(Math.abs(share - 0.6)).toBeLessThan(4 * Math.sqrt((0.6 * 0.4) / after.length));
});

test('weighted without replacement: the probability of every order is that of successive draws', () => {
  const weights = [1, 2, 5];
  const sampler = weighted(weights, { count: 2, replacement: false, seed: 9 });
  const counts = new Map<string, number>();
  const epochs = 8000;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const key = list(sampler, epoch).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const pairs = [0, 1, 2].flatMap((a) => [0, 1, 2].filter((b) => b !== a).map((b) => [a, b] as const));
  const expected = pairs.map(([a, b]) => epochs * (weights[a]! / 8) * (weights[b]! / (8 - weights[a]!)));
  const found = pairs.map(([a, b]) => counts.get(`${a}${b}`) ?? 0);
  expect(chiSquare(found, expected)).toBeLessThan(25.7);
});

test('weighted refuses what torch refuses', () => {
  expect(() => weighted([1, -1])).toThrow('the weight of row 1 is -1; it must be finite and not negative');
  expect(() => weighted([1, Number.NaN])).toThrow('row 1 is NaN');
  expect(() => weighted([0, 0])).toThrow('all weights are 0');
  expect(() => weighted([1, 0, 2], { replacement: false })).toThrow('3 draws without replacement, but only 2 of 3');
});

test('mPerClass: each batch has batchSize / m classes with m rows of each; few rows repeat only where they must', () => {
  const m = 3;
  const sampler = mPerClass(labels, { m, batchSize: 6, seed: 5 });
  expect(sampler.length).toBe(18); // 20 labels, rounded down to whole batches
  const seen = new Map<number, number>();
  for (let epoch = 0; epoch < 500; epoch++) {
    const order = list(sampler, epoch);
    for (let at = 0; at < order.length; at += 6) {
      const groups = [order.slice(at, at + 3), order.slice(at + 3, at + 6)];
      const classes = groups.map((rows) => new Set(rows.map((row) => labels[row])));
      expect(classes.map((group) => group.size)).toEqual([1, 1]);
      expect([...classes[0]!][0]).not.toBe([...classes[1]!][0]);
      for (const rows of groups) {
        const size = labels.filter((label) => label === labels[rows[0]!]).length;
        expect(new Set(rows).size).toBe(size < m ? 1 : m);
        for (const row of rows) seen.set(row, (seen.get(row) ?? 0) + 1);
      }
    }
  }
  // Each of four classes is in half of 1,500 batches: 2,250 rows of each, evenly.
  for (let label = 0; label < 4; label++) {
    const rows = range(20).filter((row) => labels[row] === label);
    for (const row of rows) expect(Math.abs((seen.get(row) ?? 0) * rows.length - 2250)).toBeLessThan(450);
  }
});

test('mPerClass without batchSize: rounds of all classes', () => {
  const sampler = mPerClass(labels, { m: 2, length: 100 });
  expect(sampler.length).toBe(96);
  const order = list(sampler);
  for (let at = 0; at < order.length; at += 8) {
    const round = order.slice(at, at + 8).map((row) => labels[row]);
    expect([...new Set(round)].sort()).toEqual([0, 1, 2, 3]);
    for (let i = 0; i < 8; i += 2) expect(round[i]).toBe(round[i + 1]);
  }
});

test('mPerClass refuses what cannot be', () => {
  expect(() => mPerClass(labels, { m: 4, batchSize: 6 })).toThrow('batchSize 6 is no multiple of m 4');
  expect(() => mPerClass(labels, { m: 2, batchSize: 10 })).toThrow('needs 5 classes of 2 rows each, but there are 4');
  expect(() => mPerClass([], { m: 2 })).toThrow('there are no labels');
  expect(() => mPerClass(labels, { m: 0 })).toThrow(UserError);
});

// torch 2.15: DistributedSampler(range(n), num_replicas=4, rank=r, shuffle=False, drop_last=…), list() of each.
test.each([
  [
    10,
    false,
    [
      [0, 4, 8],
      [1, 5, 9],
      [2, 6, 0],
      [3, 7, 1],
    ],
  ],
  [
    10,
    true,
    [
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ],
  ],
  [
    8,
    true,
    [
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ],
  ],
  [3, false, [[0], [1], [2], [0]]],
])('distributedShard of %i rows, dropLast %s: as in torch', (length, dropLast, expected) => {
  const shards = range(4).map((rank) => list(distributedShard(sequential(length), { rank, count: 4, dropLast })));
  expect(shards).toEqual(expected);
});

test('the shards of a shuffled epoch share it', () => {
  const whole = list(random(12, { seed: 1 }), 5);
  const shards = range(3).map((rank) => list(distributedShard(random(12, { seed: 1 }), { rank, count: 3 }), 5));
  expect(whole.map((_, i) => shards[i % 3]![Math.floor(i / 3)])).toEqual(whole);
  expect(() => distributedShard(sequential(4), { rank: 2, count: 2 })).toThrow('rank is 2; with count 2 it is 0 to 1');
});
