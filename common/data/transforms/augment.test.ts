// RandAugment's strings, operations and levels are timm's (fixtures/make.py, policies.json).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CounterRandom } from '../random.js';
import { type AugmentLevel, operationAt } from './augmentLevels.js';
import { checkTransforms } from './check.js';
import { drawRandAugment, type RandAugment } from './randAugment.js';
import { operationsOf, parseRandAugment } from './randAugmentPolicy.js';

interface Policies {
  policies: {
    text: string;
    layers: number;
    p: number;
    magnitude: number;
    std: string;
    max: number | null;
    names: string[];
    weights: number[] | null;
  }[];
  levels: Record<string, number[][]>;
}

const timm: Policies = JSON.parse(readFileSync(new URL('./fixtures/policies.json', import.meta.url), 'utf8'));
const shape = { height: 200, width: 100, channels: 3 };

test.each(timm.policies)('$text', ({ text, layers, p, magnitude, std, max, names, weights }) => {
  const policy = parseRandAugment(text);
  const width = policy.std === Number.POSITIVE_INFINITY ? 'inf' : policy.std;
  expect([policy.layers, policy.p, policy.magnitude, width]).toEqual([
    layers,
    p,
    magnitude,
    std === 'inf' ? 'inf' : Number(std),
  ]);
  expect(policy.max).toBe(max ?? 10);
  const ours = operationsOf(policy);
  const byName = (list: readonly string[], numbers: readonly number[] | undefined | null) =>
    Object.fromEntries(list.map((name, i) => [name, numbers?.[i] ?? 1]));
  const sum = ours.weights?.reduce((a, b) => a + b, 0) ?? 1;
  const expected = byName(names, weights);
  const actual = byName(
    ours.names,
    ours.weights?.map((weight) => weight / sum),
  );
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, weight] of Object.entries(expected)) expect(actual[name]).toBeCloseTo(weight, 10);
});

test.each(Object.entries(timm.levels))('%s reads its level as in timm', (name, rows) => {
  for (const [i, level] of [0, 2.5, 7.3, 9, 10].entries()) {
    const random = new CounterRandom(5);
    // The names of the fixture are those of the table.
    const operation = operationAt(name as AugmentLevel, level, shape, random, 'bilinear');
    const argument = rows[i]?.[0];
    const { op, ...amounts } = operation;
    const value = Object.values(amounts).find((amount) => typeof amount === 'number');
    if (argument === undefined) expect(value).toBeUndefined();
    else if (name.endsWith('Increasing') && op !== 'posterize' && op !== 'solarize')
      expect(Math.abs(Number(value) - 1)).toBeCloseTo(Math.abs(Math.max(0.1, argument) - 1), 10);
    else if (name.startsWith('Translate'))
      expect(Math.abs(Number(value))).toBeCloseTo(argument * (name.includes('X') ? 100 : 200), 10);
    else if (name === 'Desaturate') expect(value).toBeCloseTo(1 - argument, 10);
    else expect(Math.abs(Number(value))).toBeCloseTo(Math.abs(argument), 10);
  }
});

test.each([
  ['rand-m9-mst0.5', 'section "mst0.5": there is no section "mst". Did you mean "mstd"?'],
  ['rand-m9.5', 'section "m9.5": m takes a whole number, 0 or more, not "9.5"'],
  ['rand-m', 'section "m": m takes a whole number'],
  ['rand-n0', 'n takes a whole number in 1 … 14, not "0"'],
  ['rand-p1.5', 'section "p1.5": p takes a number in 0 … 1'],
  ['rand-inc2', 'inc takes 0 or 1, not "2"'],
  ['rand-tweight', 'there is no set "weight". Did you mean "weights"?'],
  ['rand-m15', 'section "m15": the magnitude is above its limit of 10; set another by mmax'],
  ['rand-m9-m7', '"m" stands there twice'],
  ['augmix-m3', 'section "augmix": the first section is "rand"'],
  ['', 'the first section is "rand"'],
])('"%s" is refused: %s', (text, message) => {
  expect(() => parseRandAugment(text)).toThrow(message);
  expect(() => checkTransforms([{ name: 'randAugment', policy: text }])).toThrow(`transforms[0].policy (randAugment)`);
});

const transform = (policy: string): RandAugment => ({
  name: 'randAugment',
  policy,
  interpolation: 'random',
  fill: [128],
});
const drawMany = (policy: string) =>
  Array.from(
    { length: 20_000 },
    (_, row) => drawRandAugment(transform(policy), new CounterRandom(1, row), shape).operations,
  );

test('how many operations, which, and how strong', () => {
  const drawn = drawMany('rand-m9-n2-p0.5-mstd0.5-inc1');
  const shares = [0, 1, 2].map((n) => drawn.filter((list) => list.length === n).length / drawn.length);
  for (const [n, share] of [0.25, 0.5, 0.25].entries()) expect(Math.abs(shares[n]! - share)).toBeLessThan(0.015);
  const all = drawn.flat();
  const counts = new Map<string, number>();
  for (const { op } of all) counts.set(op, (counts.get(op) ?? 0) + 1);
  expect(counts.size).toBe(15);
  for (const count of counts.values()) expect(Math.abs(count / all.length - 1 / 15)).toBeLessThan(0.008);
  const angles = all.flatMap((operation) => (operation.op === 'rotate' ? [operation.angle] : []));
  const sizes = angles.map(Math.abs);
  const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
  // Level 9 ± 0.5, cut off at 10, times 3 degrees: E[min(X, 10)] = 9 − 0.5 (φ(2) − 2 (1 − Φ(2))) = 8.9958.
  expect(Math.abs(mean - 3 * 8.9958)).toBeLessThan(0.2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(30);
  expect(Math.abs(angles.filter((angle) => angle > 0).length / angles.length - 0.5)).toBeLessThan(0.05);
  const kinds = all.flatMap((operation) => ('interpolation' in operation ? [operation.interpolation] : []));
  expect(Math.abs(kinds.filter((kind) => kind === 'bicubic').length / kinds.length - 0.5)).toBeLessThan(0.02);
});

test('a weighted set is drawn without replacement, a uniform magnitude over 0 … m', () => {
  const drawn = drawMany('rand-m8-n2-p1-mstd101-tweights');
  expect(drawn.every((list) => list.length === 2 && list[0]!.op !== list[1]!.op)).toBe(true);
  const first = drawn.filter((list) => list[0]!.op === 'rotate').length / drawn.length;
  // Weight 3 of 3 + 2 + 2 + 1 + 1 + 3 · 0.25 + 7 · 0.05.
  expect(Math.abs(first - 3 / 10.05)).toBeLessThan(0.013);
  const angles = drawn.flat().flatMap((operation) => (operation.op === 'rotate' ? [Math.abs(operation.angle)] : []));
  expect(Math.abs(angles.reduce((a, b) => a + b, 0) / angles.length - 12)).toBeLessThan(0.3);
  expect(Math.max(...angles)).toBeLessThanOrEqual(24);
});
