import { expect, test } from 'vitest';
import {
  generator,
  type Initialiser,
  initialise,
  kaimingNormal,
  kaimingUniform,
  Linear,
  normal,
  Sequential,
  torchDefault,
  truncNormal,
  uniform,
  xavierNormal,
  xavierUniform,
} from './index.js';

const shape = [64, 32, 3, 3];
const fanIn = 32 * 9;
const fanOut = 64 * 9;

function moments(initialiser: Initialiser) {
  const values = initialiser(shape, generator(1, 'weight'));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return { mean, std, max: values.reduce((m, v) => Math.max(m, Math.abs(v)), 0) };
}

// Name, initialiser, standard deviation and bound by the formulas of the papers (a uniform law on ±b has b/√3).
const laws: [string, Initialiser, number, number][] = [
  ['uniform', uniform(0.3), 0.3 / Math.sqrt(3), 0.3],
  ['normal', normal(0.5), 0.5, Number.POSITIVE_INFINITY],
  // Cut at one standard deviation: variance 1 − 2φ(1)/(2Φ(1) − 1) = 0.29112.
  ['truncNormal', truncNormal({ std: 1, a: -1, b: 1 }), Math.sqrt(0.29112), 1],
  ['truncNormal as in timm', truncNormal({ std: 0.02 }), 0.02, 2],
  ['kaimingUniform relu', kaimingUniform({ nonlinearity: 'relu' }), Math.sqrt(2 / fanIn), Math.sqrt(6 / fanIn)],
  [
    'kaimingNormal fan out',
    kaimingNormal({ mode: 'fanOut', nonlinearity: 'relu' }),
    Math.sqrt(2 / fanOut),
    Number.POSITIVE_INFINITY,
  ],
  ['xavierUniform', xavierUniform(), Math.sqrt(2 / (fanIn + fanOut)), Math.sqrt(6 / (fanIn + fanOut))],
  ['xavierNormal', xavierNormal({ gain: 2 }), 2 * Math.sqrt(2 / (fanIn + fanOut)), Number.POSITIVE_INFINITY],
  ['torchDefault', torchDefault, Math.sqrt(1 / (3 * fanIn)), Math.sqrt(1 / fanIn)],
];

test.each(laws)('%s has the mean, spread and bound of its law', (_, initialiser, std, bound) => {
  const found = moments(initialiser);
  // 18,432 draws: the relative error of the spread is about 0.5 %, that of the mean 0.7 % of the spread.
  expect(Math.abs(found.mean) / std).toBeLessThan(0.04);
  expect(Math.abs(found.std / std - 1)).toBeLessThan(0.03);
  expect(found.max).toBeLessThanOrEqual(Math.fround(bound));
});

test('values are a function of seed and full name, whatever else the model holds', () => {
  const values = (layers: Linear[], seed: number, at: number) =>
    Array.from(
      initialise(new Sequential(...layers), seed)
        .stateDict()
        .get(`${at}.weight`)!.data,
      Number,
    );
  const alone = values([new Linear(3, 4)], 5, 0);
  expect(values([new Linear(3, 4), new Linear(4, 4)], 5, 0)).toEqual(alone);
  expect(values([new Linear(9, 3), new Linear(3, 4)], 5, 1)).not.toEqual(alone);
  expect(values([new Linear(3, 4)], 6, 0)).not.toEqual(alone);
});

test('the generator is uniform and normal, also for neighbouring seeds', () => {
  const sums = [0, 1, 2, 3].map((seed) => {
    const g = generator(seed, 'x');
    const u = Array.from({ length: 20_000 }, () => g.uniform());
    expect(u.every((v) => v >= 0 && v < 1)).toBe(true);
    expect(Math.abs(u.reduce((a, b) => a + b, 0) / u.length - 0.5)).toBeLessThan(0.0125);
    const n = Array.from({ length: 20_000 }, () => g.normal());
    expect(Math.abs(n.reduce((a, b) => a + b, 0) / n.length)).toBeLessThan(0.045);
    expect(Math.abs(n.reduce((a, b) => a + b * b, 0) / n.length - 1)).toBeLessThan(0.06);
    return u[0];
  });
  expect(new Set(sums).size).toBe(4);
});
