import * as tf from '@tensorflow/tfjs-core';
import 'common/backend';
import sharp from 'sharp';
import { afterEach, expect, test } from 'vitest';
import { displayBundle } from './index.js';

const textOf = async (value: unknown) => String((await displayBundle(value))['text/plain']);

/** The pixels of a bundle's picture. */
async function pixels(value: unknown) {
  const png = (await displayBundle(value))['image/png'];
  if (typeof png !== 'string') throw new Error('no picture');
  const { data, info } = await sharp(Buffer.from(png, 'base64')).raw().toBuffer({ resolveWithObject: true });
  return {
    ...info,
    at: (x: number, y: number) => [...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels)],
  };
}

// Showing leaves no tensor behind.
afterEach(() => expect(tf.memory().numTensors).toBe(0));

/** The text of a tensor that is disposed afterwards. */
async function shown(tensor: tf.Tensor): Promise<string> {
  const text = await textOf(tensor);
  tensor.dispose();
  return text;
}

test('type, shape, range, mean and values', async () => {
  expect(await shown(tf.tensor1d([0.5, -1, 2]))).toBe(
    'Tensor float32 [3] · 3 numbers · -1 … 2 · mean 0.5\n[0.5,  -1,   2]',
  );
  expect(await shown(tf.scalar(3))).toBe('Tensor float32 []\n3');
  expect(
    await shown(
      tf.tensor2d(
        [
          [1, 2],
          [30, 4],
        ],
        [2, 2],
        'int32',
      ),
    ),
  ).toBe('Tensor int32 [2, 2] · 4 numbers · 1 … 30 · mean 9.25\n[[ 1,  2],\n [30,  4]]');
  expect(await shown(tf.tensor1d([true, false, true, true], 'bool'))).toBe(
    'Tensor bool [4] · 4 numbers · 75 % true\n[ true, false,  true,  true]',
  );
  expect(await shown(tf.range(0, 20))).toBe(
    'Tensor float32 [20] · 20 numbers · 0 … 19 · mean 9.5\n[0, 1, 2, 3, 4, 5, …]',
  );
  expect(await shown(tf.zeros([0, 3]))).toBe('Tensor float32 [0, 3] · empty');
  expect(await shown(tf.tensor1d([1, Number.NaN, Number.POSITIVE_INFINITY]))).toContain(
    '1 … 1 · mean 1 · 2 not finite',
  );
  expect(await shown(tf.tensor1d(['a', '<b>']))).toBe('Tensor string [2]\n[  "a", "<b>"]');
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([1])));
  expect(await textOf(variable)).toContain('Variable float32 [1]');
  variable.dispose();
});

test('a disposed tensor says so', async () => {
  const tensor = tf.zeros([2, 2]);
  tensor.dispose();
  expect(await textOf(tensor)).toBe('Tensor float32 [2, 2], disposed: its memory is gone.');
});

test('a matrix is a heat map: white to blue, or blue over white to red', async () => {
  const matrix = tf.tensor2d([
    [0, 1],
    [0.5, 0],
  ]);
  const picture = await pixels(matrix);
  expect(picture.width).toBe(224);
  expect(picture.at(0, 0)).toEqual([255, 255, 255]);
  expect(picture.at(223, 0)).toEqual([0, 91, 143]);
  const signed = tf.tensor2d([
    [-2, 0],
    [2, 1],
  ]);
  const other = await pixels(signed);
  expect(other.at(0, 0)).toEqual([0, 91, 143]);
  expect(other.at(0, 223)).toEqual([178, 60, 0]);
  expect(other.at(223, 0)).toEqual([255, 255, 255]);
  const bundle = await displayBundle(matrix);
  expect(String(bundle['text/html'])).toContain('<code>Tensor float32 [2, 2] · 4 numbers · 0 … 1 · mean 0.375</code>');
  tf.dispose([matrix, signed]);
});

test('images are pictures, a batch is a grid of them', async () => {
  const red = tf.tidy(() => tf.stack([tf.ones<tf.Rank.R2>([8, 10]), tf.zeros([8, 10]), tf.zeros([8, 10])], 2));
  const one = await pixels(red);
  expect([one.width, one.height]).toEqual([220, 176]);
  expect(one.at(5, 5)).toEqual([255, 0, 0]);
  const batch = tf.tidy(() => tf.concat([tf.zeros([1, 4, 4, 1]), tf.fill([19, 4, 4, 1], 255)], 0));
  const grid = await pixels(batch);
  // Eight in a line, two lines, a pixel between: 39 × 9 pixels, each drawn 17 × 17.
  expect([grid.width, grid.height]).toEqual([39 * 17, 9 * 17]);
  expect(grid.at(0, 0)[0]).toBe(0);
  expect(grid.at(6 * 17, 0)[0]).toBe(255);
  tf.dispose([red, batch]);
});

test('of a large tensor only what is shown is read', async () => {
  const large = tf.tidy(() => tf.add(tf.reshape(tf.range(0, 2048 * 2048), [2048, 2048]), 0));
  await large.data();
  let read = 0;
  const backend = tf.backend();
  const before = backend.read;
  backend.read = async (id) => {
    const values = await before.call(backend, id);
    read += values.length;
    return values;
  };
  const bundle = await displayBundle(large);
  backend.read = before;
  expect(String(bundle['text/plain'])).toMatch(
    /^Tensor float32 \[2048, 2048\] · 4,194,304 numbers · 0 … 4194303 · mean 20971\d\d\n/,
  );
  expect(String(bundle['text/plain'])).toContain('2048,  2049,');
  expect(bundle['image/png']).toBeTypeOf('string');
  expect(read).toBeLessThan(250_000);
  large.dispose();
});
