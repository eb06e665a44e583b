import { describe, expect, test } from 'vitest';
import { philox4x32, RandomStream } from './philox.js';

describe('philox4x32', () => {
  // Known answers of the authors' library Random123, file kat_vectors, lines `philox4x32 10`.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('counter %j, key %j', (counter, key, expected) => {
    expect(philox4x32(counter, key)).toEqual(expected);
  });
});

describe('RandomStream', () => {
  test('is a function of its four numbers only', () => {
    const draw = (...key: [number, number, number, number]): number[] => {
      const random = new RandomStream(...key);
      return Array.from({ length: 9 }, () => random.word());
    };
    expect(draw(1, 2, 3, 4)).toEqual(draw(1, 2, 3, 4));
    const others = [
      draw(1, 2, 3, 4),
      draw(2, 2, 3, 4),
      draw(1, 3, 3, 4),
      draw(1, 2, 4, 4),
      draw(1, 2, 3, 5),
      draw(1 + 2 ** 32, 2, 3, 4),
    ];
    expect(new Set(others.map(String)).size).toBe(others.length);
  });

  test('normal numbers have mean 0, variance 1, and the bound of four uniform ones', () => {
    const random = new RandomStream(7, 0, 0, 0);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    // Four standard errors: 1/√n of the mean, √((κ − 1)/n) of the variance with kurtosis κ = 2.7.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(1.7 / 20_000));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2 * Math.sqrt(3));
  });
});
