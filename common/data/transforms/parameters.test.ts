// The drawn parameters' distributions, against their closed forms: Kolmogorov–Smirnov on 20,000 draws (the limit 1.95 / √n is passed by chance
// once in a thousand; the draws are fixed, so a test that passes goes on passing).
import { expect, test } from 'vitest';
import { CounterRandom } from '../random.js';
import { drawAffine } from './affine.js';
import { checkTransforms } from './check.js';
import { drawColorJitter } from './colorJitter.js';
import { drawBeta, drawGamma, drawNormal } from './distributions.js';
import { drawFlip } from './flip.js';
import { drawGaussianBlur } from './gaussianBlur.js';
import { drawPerspective } from './perspective.js';
import { drawRandomCrop } from './randomCrop.js';
import { drawErasing } from './randomErasing.js';
import { drawRandomResizedCrop } from './randomResizedCrop.js';
import { drawRotation } from './rotation.js';
import type { Transform } from './table.js';
import { drawTrivialAugment } from './trivialAugment.js';

const N = 20_000;
const draws = <P>(draw: (random: CounterRandom) => P) =>
  Array.from({ length: N }, (_, row) => draw(new CounterRandom(0, 1, row, 2)));

const checked = new Map<string, Transform>();

/** The transform with its defaults. */
function one<K extends Transform['name']>(
  input: { name: K } & Record<string, unknown>,
): Extract<Transform, { name: K }> {
  const key = JSON.stringify(input);
  const transform = checked.get(key) ?? checkTransforms([input])[0];
  if (transform !== undefined) checked.set(key, transform);
  if (transform?.name !== input.name) throw new Error(input.name);
  // The name has just been compared.
  return transform as Extract<Transform, { name: K }>;
}

/** The largest distance between the empirical distribution and `cdf`, in units of 1 / √n. */
function distance(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const gaps = sorted.map((x, i) =>
    Math.max(Math.abs(cdf(x) - i / sorted.length), Math.abs(cdf(x) - (i + 1) / sorted.length)),
  );
  return Math.max(...gaps) * Math.sqrt(sorted.length);
}

const LIMIT = 1.95;
const uniform = (low: number, high: number) => (x: number) => Math.min(1, Math.max(0, (x - low) / (high - low)));
const expectUniform = (values: readonly number[], low: number, high: number) => {
  expect(distance(values, uniform(low, high))).toBeLessThan(LIMIT);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...values)).toBeLessThanOrEqual(high);
};

/** χ² of counts that should all be the same, in standard deviations from its mean. */
function unevenness(values: readonly unknown[], kinds: number): number {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  expect(counts.size).toBe(kinds);
  const expected = values.length / kinds;
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chi - (kinds - 1)) / Math.sqrt(2 * (kinds - 1));
}

const share = (values: readonly boolean[]) => values.filter(Boolean).length / values.length;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((v) => (v - middle) ** 2));
}

/** Whether a share of N draws is p, within four standard deviations. */
const expectShare = (values: readonly boolean[], p: number) =>
  expect(Math.abs(share(values) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / values.length) + 1e-12);

test('random crops: every place of the padded image is as likely', () => {
  const shape = { height: 10, width: 8, channels: 3 };
  const crops = draws((random) => drawRandomCrop(one({ name: 'randomCrop', padding: 2 }), random, shape));
  expect(
    unevenness(
      crops.map(({ top }) => top),
      5,
    ),
  ).toBeLessThan(4);
  expect(
    unevenness(
      crops.map(({ left }) => left),
      5,
    ),
  ).toBeLessThan(4);
  expect([...new Set(crops.map(({ top }) => top))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  const windows = draws((random) => drawRandomCrop(one({ name: 'randomCrop', size: [4, 12] }), random, shape));
  expect(
    unevenness(
      windows.map(({ top }) => top),
      7,
    ),
  ).toBeLessThan(4);
  // 8 pixels wide, 4 missing: padded by 4 on both sides, so that the window can begin at −4 … 0.
  expect([...new Set(windows.map(({ left }) => left))].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0]);
});

test('random resized crops: area and log ratio are uniform where every window fits, as in torchvision', () => {
  const shape = { height: 4000, width: 4000, channels: 3 };
  const transform = one({ name: 'randomResizedCrop', size: 224, scale: [0.08, 0.7], ratio: [3 / 4, 4 / 3] });
  const crops = draws((random) => drawRandomResizedCrop(transform, random, shape));
  expectUniform(
    crops.map(({ height, width }) => Math.round((height * width) / 160) / 1e5),
    0.0799,
    0.7001,
  );
  expect(
    distance(
      crops.map(({ height, width }) => Math.log(width / height)),
      uniform(Math.log(3 / 4), Math.log(4 / 3)),
    ),
  ).toBeLessThan(LIMIT);
  // The place is uniform over what the window leaves.
  expectUniform(
    crops.map(({ top, height }) => top / (4000 - height)),
    0,
    1,
  );
  expectUniform(
    crops.map(({ left, width }) => left / (4000 - width)),
    0,
    1,
  );
  for (const { top, left, height, width } of crops) {
    expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
    expect(Math.max(top + height, left + width)).toBeLessThanOrEqual(4000);
  }
});

test('random resized crops have torchvision’s moments on a photo of 320×213', () => {
  const shape = { height: 213, width: 320, channels: 3 };
  const crops = draws((random) => drawRandomResizedCrop(one({ name: 'randomResizedCrop', size: 224 }), random, shape));
  // torchvision 0.29, RandomResizedCrop.get_params on such an image, 100,000 draws: mean and standard deviation.
  const moments = { top: [29.2, 28.39], left: [79.32, 53.65], height: [154.85, 39.06], width: [161.53, 48.33] };
  for (const key of ['top', 'left', 'height', 'width'] as const) {
    const [m = 0, s = 0] = moments[key];
    const values = crops.map((crop) => crop[key]);
    expect(Math.abs(mean(values) - m)).toBeLessThan((5 * s) / Math.sqrt(N));
    expect(Math.sqrt(variance(values)) / s).toBeCloseTo(1, 1);
  }
});

test('random resized crops of an extreme aspect fall back to the middle', () => {
  const transform = one({ name: 'randomResizedCrop', size: 8 });
  const draw = (height: number, width: number) =>
    drawRandomResizedCrop(transform, new CounterRandom(1), { height, width, channels: 1 });
  expect(draw(2, 1000)).toMatchObject({ top: 0, left: 498, height: 2, width: 3 });
  expect(draw(1000, 3)).toMatchObject({ top: 498, left: 0, height: 4, width: 3 });
  expect(draw(1, 1)).toMatchObject({ top: 0, left: 0, height: 1, width: 1 });
});

test('flips, rotations and affine maps', () => {
  expectShare(
    draws((random) => drawFlip(one({ name: 'flip', p: 0.3 }), random) !== undefined),
    0.3,
  );
  expectUniform(
    draws((random) => drawRotation(one({ name: 'rotation', degrees: 30 }), random).angle),
    -30,
    30,
  );
  expectUniform(
    draws((random) => drawRotation(one({ name: 'rotation', degrees: [10, 50] }), random).angle),
    10,
    50,
  );
  const shape = { height: 1000, width: 2000, channels: 1 };
  const transform = one({ name: 'affine', degrees: 15, translate: [0.2, 0.1], scale: [0.8, 1.4], shear: [5, 8] });
  const drawn = draws((random) => drawAffine(transform, random, shape));
  expectUniform(
    drawn.map(({ angle }) => angle),
    -15,
    15,
  );
  expectUniform(
    drawn.map(({ scale }) => scale),
    0.8,
    1.4,
  );
  expectUniform(
    drawn.map(({ shear }) => shear[0]),
    -5,
    5,
  );
  expectUniform(
    drawn.map(({ shear }) => shear[1]),
    -8,
    8,
  );
  expectUniform(
    drawn.map(({ translate }) => translate[0]),
    -400,
    400,
  );
  expectUniform(
    drawn.map(({ translate }) => translate[1]),
    -100,
    100,
  );
  expect(drawn.every(({ translate }) => translate.every(Number.isInteger))).toBe(true);
});

test('perspective: corners move inwards by whole pixels, each as likely', () => {
  const shape = { height: 21, width: 41, channels: 1 };
  const drawn = draws((random) => drawPerspective(one({ name: 'perspective', distortion: 0.5, p: 1 }), random, shape));
  const corners = drawn.map((parameters) => parameters?.corners ?? []);
  const [left, top] = [10, 5];
  const low = [
    [0, 0],
    [40 - left, 0],
    [40 - left, 20 - top],
    [0, 20 - top],
  ];
  for (const [i, [x = 0, y = 0]] of low.entries()) {
    expect(
      unevenness(
        corners.map((list) => list[i]?.[0]),
        left + 1,
      ),
    ).toBeLessThan(4);
    expect(
      unevenness(
        corners.map((list) => list[i]?.[1]),
        top + 1,
      ),
    ).toBeLessThan(4);
    expect(Math.min(...corners.map((list) => list[i]![0]))).toBe(x);
    expect(Math.min(...corners.map((list) => list[i]![1]))).toBe(y);
  }
});

test('colour jitter: factors uniform about 1, hue about 0, every order as likely', () => {
  const transform = one({ name: 'colorJitter', brightness: 0.4, contrast: [0.5, 0.7], saturation: 1.5, hue: 0.1 });
  const drawn = draws((random) => drawColorJitter(transform, random) ?? []);
  const factors = (change: string) =>
    drawn.map((list) => list.find((one) => one.change === change)?.factor ?? Number.NaN);
  expectUniform(factors('brightness'), 0.6, 1.4);
  expectUniform(factors('contrast'), 0.5, 0.7);
  expectUniform(factors('saturation'), 0, 2.5);
  expectUniform(factors('hue'), -0.1, 0.1);
  expect(
    unevenness(
      drawn.map((list) => list.map(({ change }) => change).join()),
      24,
    ),
  ).toBeLessThan(4);
  expect(drawColorJitter(one({ name: 'colorJitter', hue: 0.2 }), new CounterRandom(3))).toHaveLength(1);
  expectShare(
    draws((random) => drawColorJitter(one({ name: 'colorJitter', hue: 0.2, p: 0.8 }), random) !== undefined),
    0.8,
  );
});

test('blur and TrivialAugment', () => {
  const blurs = draws((random) => drawGaussianBlur(one({ name: 'gaussianBlur', p: 0.5 }), random));
  expectShare(
    blurs.map((blur) => blur !== undefined),
    0.5,
  );
  expectUniform(
    blurs.flatMap((blur) => blur?.sigma ?? []),
    0.1,
    2,
  );
  const trivial = draws((random) => drawTrivialAugment(one({ name: 'trivialAugment' }), random).operations[0]);
  expect(
    unevenness(
      trivial.map((operation) => operation?.op),
      14,
    ),
  ).toBeLessThan(4);
  const rotations = trivial.flatMap((operation) => (operation?.op === 'rotate' ? [operation.angle] : []));
  expect(
    unevenness(
      rotations.filter((angle) => angle > 0).map((angle) => Math.round(angle / 4.5)),
      30,
    ),
  ).toBeLessThan(4);
  expectShare(
    rotations.filter((angle) => angle !== 0).map((angle) => angle > 0),
    0.5,
  );
  const bits = trivial.flatMap((operation) => (operation?.op === 'posterize' ? [operation.bits] : []));
  // torch: (8 - (torch.arange(31) / 5).round().int()), sorted counts of 2 … 8
  for (const [i, of31] of [3, 5, 5, 5, 5, 5, 3].entries())
    expectShare(
      bits.map((value) => value === i + 2),
      of31 / 31,
    );
});

test('erased rectangles: area and log ratio uniform, inside the image', () => {
  const shape = { height: 3000, width: 3000 };
  const transform = one({ name: 'randomErasing', p: 0.25, scale: [0.02, 0.2] });
  const drawn = draws((random) => drawErasing(transform, random, shape));
  expectShare(
    drawn.map((parameters) => parameters !== undefined),
    0.25,
  );
  const boxes = drawn.flatMap((parameters) => parameters?.boxes ?? []);
  expectUniform(
    boxes.map(({ height, width }) => (height * width) / 9e6),
    0.0199,
    0.2001,
  );
  expect(
    distance(
      boxes.map(({ height, width }) => Math.log(height / width)),
      uniform(Math.log(0.3), -Math.log(0.3)),
    ),
  ).toBeLessThan(LIMIT);
  for (const { top, left, height, width } of boxes) {
    expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
    expect(Math.max(top + height, left + width)).toBeLessThanOrEqual(3000);
  }
  const several = draws(
    (random) => drawErasing(one({ name: 'randomErasing', p: 1, count: [1, 3] }), random, shape)?.boxes.length,
  );
  expect(unevenness(several, 3)).toBeLessThan(4);
});

test('normal, gamma and beta numbers', () => {
  const normal = draws((random) => drawNormal(random, 2, 3));
  expect(mean(normal)).toBeCloseTo(2, 1);
  expect(variance(normal) / 9).toBeCloseTo(1, 1);
  // Φ at ±1 and ±2 standard deviations.
  for (const [z, p] of [
    [-2, 0.02275],
    [-1, 0.15866],
    [0, 0.5],
    [1, 0.84134],
    [2, 0.97725],
  ] as const)
    expectShare(
      normal.map((x) => x < 2 + 3 * z),
      p,
    );
  // Gamma(1) is exponential.
  expect(
    distance(
      draws((random) => drawGamma(random, 1)),
      (x) => 1 - Math.exp(-x),
    ),
  ).toBeLessThan(LIMIT);
  for (const shape of [0.3, 2.5]) {
    const values = draws((random) => drawGamma(random, shape));
    expect(Math.abs(mean(values) - shape)).toBeLessThan(4 * Math.sqrt(shape / N));
    expect(variance(values) / shape).toBeCloseTo(1, 0);
  }
  // Beta(1, 1) is uniform, Beta(½, ½) the arcsine distribution, Beta(2, 2) has 3x² − 2x³.
  expectUniform(
    draws((random) => drawBeta(random, 1, 1)),
    0,
    1,
  );
  expect(
    distance(
      draws((random) => drawBeta(random, 0.5, 0.5)),
      (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)),
    ),
  ).toBeLessThan(LIMIT);
  expect(
    distance(
      draws((random) => drawBeta(random, 2, 2)),
      (x) => 3 * x * x - 2 * x ** 3,
    ),
  ).toBeLessThan(LIMIT);
  expect(draws((random) => drawBeta(random, 1e-3, 1e-3)).every((x) => x >= 0 && x <= 1)).toBe(true);
});
