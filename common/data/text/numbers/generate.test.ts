import { describe, expect, test } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { generateNumberPairs, type NumberPair, type NumberPairsOptions, writeMeaning } from './generate.js';
import { forms, meaningKinds } from './meaning.js';

function pairs(options: NumberPairsOptions): NumberPair[] {
  return [...generateNumberPairs(options)];
}

describe('generateNumberPairs', () => {
  test('every kind comes, about as often as the others', () => {
    const kinds = pairs({ count: 2000 }).map(({ meaning }) => meaning.kind);
    for (const kind of meaningKinds) expect(kinds.filter((k) => k === kind).length).toBeGreaterThan(130);
  });

  test('no meaning of one split is in another, and no two meanings are written alike', () => {
    const splits = (['train', 'validation', 'test'] as const).map((split) => pairs({ count: 3000, split }));
    const texts = splits.map((all) => new Set(all.map(({ source }) => source)));
    expect(texts.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(texts.flatMap((set) => [...set])).size);
    const meanings = new Map(splits.flat().map(({ meaning }) => [JSON.stringify(meaning), meaning]));
    for (const form of forms)
      expect(new Set(Array.from(meanings.values(), (meaning) => writeMeaning(meaning, form))).size).toBe(meanings.size);
  });

  test('is a function of seed and place: a larger count goes on where a smaller one ends', () => {
    expect(pairs({ count: 50, seed: 1 }).slice(0, 20)).toEqual(pairs({ count: 20, seed: 1 }));
    expect(pairs({ count: 20, seed: 1 })).not.toEqual(pairs({ count: 20, seed: 2 }));
  });

  test('numbers of all lengths, none above max', () => {
    const values = pairs({ count: 1000, kinds: ['number'], max: 99_999 }).map(({ meaning }) =>
      meaning.kind === 'number' ? meaning.value : -1,
    );
    expect(Math.max(...values)).toBeLessThanOrEqual(99_999);
    for (let digits = 1; digits <= 5; digits++)
      expect(values.filter((v) => String(v).length === digits).length).toBeGreaterThan(100);
  });

  test('dates are days of the calendar', () => {
    for (const { meaning } of pairs({ count: 1000, kinds: ['date'] })) {
      if (meaning.kind !== 'date') throw new Error('another kind');
      const { year, month, day } = meaning;
      const check = new Date(Date.UTC(year, month - 1, day));
      expect([check.getUTCFullYear(), check.getUTCMonth() + 1, check.getUTCDate()]).toEqual([year, month, day]);
    }
  });

  test.each([{ count: -1 }, { count: 1, max: 5 }, { count: 1, kinds: [] }])('%j is refused', (options) => {
    expect(() => pairs(options)).toThrow(UserError);
  });
});
