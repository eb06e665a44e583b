import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ImageShape } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { testPixels } from '../testData.js';
import { affine, drawAffine } from './affine.js';
import { drawFlip, flip } from './flip.js';
import { createNormalizer } from './normalize.js';
import { createPipeline, describeTransforms } from './pipeline.js';
import { crop, drawRandomCrop } from './randomCrop.js';

const shapes: ImageShape[] = [
  { height: 5, width: 6, channels: 1 },
  { height: 4, width: 7, channels: 3 },
];

/** The pixel at (y, x, c), 0 outside. */
function at(image: Uint8Array, { height, width, channels }: ImageShape, y: number, x: number, c: number): number {
  return y < 0 || x < 0 || y >= height || x >= width ? 0 : image[(y * width + x) * channels + c]!;
}

/** An image made pixel by pixel. */
function build(
  { height, width, channels }: ImageShape,
  pixel: (y: number, x: number, c: number) => number,
): Uint8Array {
  const out: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) out.push(pixel(y, x, c));
  return Uint8Array.from(out);
}

test.each(shapes)('crop shows the window, black outside (%o)', (shape) => {
  const image = testPixels(3, shape);
  const target = new Uint8Array(image.length);
  for (let top = -9; top <= 9; top++)
    for (let left = -9; left <= 9; left++) {
      target.fill(99);
      crop(image, shape, { top, left }, target);
      expect(target).toEqual(build(shape, (y, x, c) => at(image, shape, y + top, x + left, c)));
    }
});

test.each(shapes)('flip mirrors left and right (%o)', (shape) => {
  const image = testPixels(4, shape);
  const target = new Uint8Array(image.length);
  flip(image, shape, { flipped: true }, target);
  expect(target).toEqual(build(shape, (y, x, c) => at(image, shape, y, shape.width - 1 - x, c)));
  flip(image, shape, { flipped: false }, target);
  expect(target).toEqual(image);
});

interface AffineCase {
  shape: [number, number, number];
  source: number[];
  parameters: { angle: number; translate: [number, number]; scale: number; shear: number };
  expected: number[];
}

test('affine gives torchvision’s pixels', () => {
  const path = new URL('../fixtures/affine.torchvision.json', import.meta.url);
  const { cases }: { cases: AffineCase[] } = JSON.parse(readFileSync(path, 'utf8'));
  for (const { shape, source, parameters, expected } of cases) {
    const [height, width, channels] = shape;
    const target = new Uint8Array(source.length);
    affine(Uint8Array.from(source), { height, width, channels }, parameters, target);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - target[i]!)));
    // float32 there, float64 here: a value at .5 may round the other way.
    expect(worst, JSON.stringify(parameters)).toBeLessThanOrEqual(1);
  }
});

test('affine by nothing is nothing, by a quarter turn a quarter turn', () => {
  const shape = { height: 5, width: 5, channels: 3 };
  const image = testPixels(8, shape);
  const target = new Uint8Array(image.length);
  affine(image, shape, { angle: 0, translate: [0, 0], scale: 1, shear: 0 }, target);
  expect(target).toEqual(image);
  affine(image, shape, { angle: 90, translate: [0, 0], scale: 1, shear: 0 }, target);
  // Clockwise: the left column, read upwards, becomes the top row.
  expect(target).toEqual(build(shape, (y, x, c) => at(image, shape, 4 - x, y, c)));
});

test('parameters are drawn from the whole range and no more', () => {
  const n = 4000;
  const streams = Array.from({ length: n }, (_, i) => new CounterRandom(0, 0, i, 0));
  const crops = streams.map((random) => drawRandomCrop({ name: 'randomCrop', padding: 2 }, random));
  for (const key of ['top', 'left'] as const)
    for (let value = -2; value <= 2; value++) {
      const part = crops.filter((parameters) => parameters[key] === value).length / n;
      expect(Math.abs(part - 0.2)).toBeLessThan(0.025);
    }
  const flips = streams.filter((random) => drawFlip({ name: 'flip', p: 0.3 }, random).flipped).length / n;
  expect(Math.abs(flips - 0.3)).toBeLessThan(0.03);
  const shape = { height: 10, width: 20, channels: 1 };
  const transform = { name: 'affine', degrees: 15, translate: [0.2, 0.1], scale: [0.8, 1.4], shear: 5 } as const;
  const drawn = streams.map((random) => drawAffine(transform, random, shape));
  const range = (values: number[]) => [Math.min(...values), Math.max(...values)].map((v) => Math.round(v * 50) / 50);
  expect(range(drawn.map((p) => p.angle)).map(Math.round)).toEqual([-15, 15]);
  expect(range(drawn.map((p) => p.translate[0]))).toEqual([-4, 4]);
  expect(range(drawn.map((p) => p.translate[1])).map((v) => v + 0)).toEqual([-1, 1]);
  expect(range(drawn.map((p) => p.scale))).toEqual([0.8, 1.4]);
  expect(range(drawn.map((p) => p.shear)).map(Math.round)).toEqual([-5, 5]);
});

test('normalize is (value / 255 − mean) / std in float32', () => {
  const source = Uint8Array.of(0, 128, 255, 7, 8, 9);
  const [mean, std] = [
    [0.1, 0.2, 0.3],
    [0.5, 0.25, 2],
  ];
  const out = new Float32Array(8).fill(5);
  createNormalizer({ name: 'normalize', mean, std })(source, 6, out, 1);
  const expected = [...source].map((value, i) => Math.fround((value / 255 - mean[i % 3]!) / std[i % 3]!));
  expect([...out]).toEqual([5, ...expected, 5]);
});

test('a pipeline prints as a line', () => {
  const line = describeTransforms([
    { name: 'randomCrop', padding: 4 },
    { name: 'normalize', mean: [0.5], std: [0.25] },
  ]);
  expect(line).toBe('randomCrop(padding=4) → normalize(mean=[0.5], std=[0.25])');
});

test('a pipeline that cannot be is refused with the key and what is allowed', () => {
  const grey = { height: 4, width: 4, channels: 1 };
  const normalize = { name: 'normalize', mean: [0.5], std: [0.25] } as const;
  expect(() => createPipeline([normalize, { name: 'flip', p: 0.5 }], grey)).toThrow(
    'transform flip stands after normalize',
  );
  expect(() => createPipeline([{ name: 'flip', p: 2 }], grey)).toThrow('transform flip.p is 2; it must be in 0 … 1');
  expect(() => createPipeline([{ name: 'randomCrop', padding: -1 }], grey)).toThrow('randomCrop.padding is -1');
  expect(() => createPipeline([normalize], { ...grey, channels: 3 })).toThrow(
    'one number for each of the 3 channel(s)',
  );
  expect(() => createPipeline([{ ...normalize, std: [0] }], grey)).toThrow('normalize.std is [0]');
});
