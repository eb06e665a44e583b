import { defineConfig } from 'common/config';
import { expect, test } from 'vitest';
import { schema } from './schema.js';

const define = (...argv: string[]) => defineConfig({ schema, dir: import.meta.dirname, argv });

test('by default a small network learns the built-in digits', async () => {
  expect(await define()).toMatchObject({ data: { id: null, size: 28, channels: 1 }, model: { name: 'cnn' } });
});

test.each([
  ['optimizer.lrr=1', 'Did you mean "optimizer.lr"'],
  ['epochs=many', 'integer'],
  ['data.transforms.train=[{name: crop}]', 'data.transforms.train[0].name must be one of '],
  ['data.size=32', 'data.transforms.eval: give 28 × 28 pixels, but data.size is 32'],
  ['optimizer.warmup=6', 'optimizer.warmup: 6 epochs are more than epochs 5'],
])('%s is refused', async (override, message) => {
  await expect(define(override)).rejects.toThrow(message);
});
