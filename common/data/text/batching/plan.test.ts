import { describe, expect, test } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { planBatches } from './plan.js';
import { chooseWidths, roundUp, widthOf } from './widths.js';

const random = new CounterRandom(7);
const lengths = Int32Array.from({ length: 500 }, () => 1 + random.integer(12) + random.integer(30));

describe('chooseWidths', () => {
  /** Every choice of widths that ends at the longest. */
  function best(values: readonly number[], buckets: number, multipleOf: number): number {
    const multiples = [...new Set(values.map((v) => roundUp(v, multipleOf)))].sort((a, b) => a - b);
    const last = multiples.at(-1)!;
    let least = Number.POSITIVE_INFINITY;
    for (let set = 0; set < 2 ** (multiples.length - 1); set++) {
      const widths = [...multiples.filter((_, i) => (set >> i) % 2 === 1), last];
      if (widths.length > buckets) continue;
      least = Math.min(
        least,
        values.reduce((sum, v) => sum + widthOf(v, widths)!, 0),
      );
    }
    return least;
  }

  test('wastes no more than the best of all choices', () => {
    for (let seed = 0; seed < 30; seed++) {
      const r = new CounterRandom(seed);
      const values = Array.from({ length: 40 }, () => 1 + r.integer(60));
      for (const buckets of [1, 2, 3, 5, 20]) {
        const widths = chooseWidths(values, { buckets, multipleOf: 8 });
        expect(widths.length).toBeLessThanOrEqual(buckets);
        expect(widths.every((w) => w % 8 === 0)).toBe(true);
        expect(values.reduce((sum, v) => sum + widthOf(v, widths)!, 0)).toBe(best(values, buckets, 8));
      }
    }
  });

  test('of very many different lengths are found in time', () => {
    const widths = chooseWidths(
      Array.from({ length: 60_000 }, (_, i) => 2 * i),
      { buckets: 10 },
    );
    expect(widths.length).toBe(10);
    expect(widths.at(-1)).toBeGreaterThanOrEqual(119_998);
  });

  test('of no text at all is one width', () => {
    expect(chooseWidths([], { multipleOf: 8 })).toEqual([8]);
    expect(chooseWidths([0, 0])).toEqual([1]);
  });
});

describe.each([8, 'longest'] as const)('planBatches, buckets %s', (buckets) => {
  const options = { maxTokens: 400, buckets, shuffle: true, seed: 3 };
  const plan = planBatches(lengths, options);

  test('every text comes once an epoch, within its width and the tokens', () => {
    for (const epoch of [0, 1]) {
      const batches = plan.batches(epoch);
      expect(batches).toHaveLength(plan.length);
      expect(batches.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b)).toEqual(Array.from(lengths, (_, i) => i));
      for (const { rows, size, width } of batches) {
        expect(size * width).toBeLessThanOrEqual(400);
        expect(rows.length).toBeLessThanOrEqual(size);
        if (buckets === 'longest') expect(width % 8).toBe(0);
        for (const row of rows) expect(lengths[row]).toBeLessThanOrEqual(width);
      }
    }
  });

  test('is a pure function of seed and epoch', () => {
    const numbers = (epoch: number, seed = 3) =>
      planBatches(lengths, { ...options, seed })
        .batches(epoch)
        .map(({ rows }) => [...rows]);
    expect(numbers(4)).toEqual(numbers(4));
    expect(numbers(4)).not.toEqual(numbers(5));
    expect(numbers(4)).not.toEqual(numbers(4, 9));
  });

  test('the efficiency is the share of places with a token', () => {
    const tokens = lengths.reduce((a, b) => a + b, 0);
    const places = plan.batches(2).reduce((sum, { size, width }) => sum + size * width, 0);
    expect(plan.efficiency).toBeCloseTo(tokens / places, 1);
    expect(plan.efficiency).toBeGreaterThan(0.75);
  });
});

test('with widths there are as many shapes as widths', () => {
  const plan = planBatches(lengths, { maxTokens: 400, buckets: 4, shuffle: true });
  const shapes = new Set(
    [0, 1, 2].flatMap((epoch) => plan.batches(epoch).map(({ size, width }) => `${size}x${width}`)),
  );
  expect(shapes.size).toBe(plan.widths.length);
  expect(plan.widths.length).toBeLessThanOrEqual(4);
});

test('batchSize alone, in order, without empty rows', () => {
  const plan = planBatches([3, 1, 2, 9, 10], { batchSize: 2, padToMultipleOf: 1, widths: [4, 16], fillRows: false });
  expect(plan.batches(0)).toEqual([
    { rows: Int32Array.from([0, 1]), size: 2, width: 4 },
    { rows: Int32Array.from([2]), size: 1, width: 4 },
    { rows: Int32Array.from([3, 4]), size: 2, width: 16 },
  ]);
});

test('fairseq’s batches on a small case: sorted, cut where the next text would exceed the tokens', () => {
  const plan = planBatches([5, 1, 3, 2, 4], {
    maxTokens: 8,
    padToMultipleOf: 1,
    buckets: 'longest',
    rowsMultipleOf: 1,
  });
  expect(plan.batches(0).map(({ rows }) => [...rows])).toEqual([[1, 3], [2, 4], [0]]);
});

test.each([
  [[4], {}, /needs maxTokens or batchSize/],
  [[4], { maxTokens: 0 }, /maxTokens is 0/],
  [[4, 30], { maxTokens: 16 }, /maxTokens is 16, but the longest text is 30 tokens wide/],
  [[4, 30], { maxTokens: 16, buckets: 'longest' as const }, /longest text is 32/],
  [[4, 30], { batchSize: 2, widths: [8, 16] }, /text 1 has 30 tokens; the widest batch has room for 16/],
])('%j with %j is refused', (values, options, message) => {
  expect(() => planBatches(values, options)).toThrow(UserError);
  expect(() => planBatches(values, options)).toThrow(message);
});

test('a million texts are planned within a second or two', () => {
  const r = new CounterRandom(1);
  const many = Int32Array.from({ length: 1_000_000 }, () => 1 + r.integer(100));
  const start = performance.now();
  const plan = planBatches(many, { maxTokens: 25_000, shuffle: true });
  plan.batches(1);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(plan.efficiency).toBeGreaterThan(0.85);
});
