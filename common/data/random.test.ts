import { expect, test } from 'vitest';
import { CounterRandom } from './random.js';

test('a stream is a function of its key, and every word of the key counts', () => {
  const draw = (...key: number[]) => {
    const random = new CounterRandom(...key);
    return Array.from({ length: 8 }, () => random.bits());
  };
  expect(draw(1, 2, 3, 4)).toEqual(draw(1, 2, 3, 4));
  const keys = [
    [1, 2, 3, 4],
    [2, 2, 3, 4],
    [1, 3, 3, 4],
    [1, 2, 4, 4],
    [1, 2, 3, 5],
    [2, 1, 3, 4],
    [1, 2, 3],
  ];
  expect(new Set(keys.flatMap((key) => draw(...key))).size).toBe(8 * keys.length);
});

test('draws are uniform, within a stream and across streams (chi-square, 255 degrees of freedom)', () => {
  const n = 256 * 200;
  const chiSquare = (draw: (i: number) => number) => {
    const counts = new Float64Array(256);
    for (let i = 0; i < n; i++) counts[Math.floor(draw(i) * 256)]!++;
    return counts.reduce((sum, count) => sum + (count - n / 256) ** 2 / (n / 256), 0);
  };
  const stream = new CounterRandom(7);
  // 99.99 % of chi-square(255) lies below 347; the numbers are fixed, so this cannot flake.
  expect(chiSquare(() => stream.uniform())).toBeLessThan(347);
  expect(chiSquare((i) => new CounterRandom(0, 0, i, 0).uniform())).toBeLessThan(347);
  expect(chiSquare((i) => new CounterRandom(i, 1, 5, 1).uniform())).toBeLessThan(347);
});

test('neighbouring streams are not correlated', () => {
  const n = 20_000;
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += (new CounterRandom(0, 0, i, 0).uniform() - 0.5) * (new CounterRandom(0, 1, i, 0).uniform() - 0.5);
  // The correlation's standard deviation is 1/√n.
  expect(Math.abs((sum / n) * 12)).toBeLessThan(4 / Math.sqrt(n));
});

test('integers cover their range', () => {
  const random = new CounterRandom(3);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(9)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});
