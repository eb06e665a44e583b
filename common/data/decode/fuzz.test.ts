import { expect, test } from 'vitest';
import { fuzzDecoders } from './fuzzing.js';

test('150 mutated PNG and JPEG files are refused by name, or are images', async () => {
  const { refused, unchanged, changed } = await fuzzDecoders(150, 1);
  expect(refused + unchanged + changed).toBe(150);
  expect(refused).toBeGreaterThan(75);
});
