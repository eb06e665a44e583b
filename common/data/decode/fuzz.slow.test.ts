import { expect, test } from 'vitest';
import { fuzzDecoders } from './fuzzing.js';

test.each([2, 3])('1,500 mutated PNG and JPEG files are refused by name, or are images (seed %i)', async (seed) => {
  const counts = await fuzzDecoders(1500, seed);
  console.log(`refused ${counts.refused}, unchanged ${counts.unchanged}, changed (JPEG) ${counts.changed}`);
  expect(counts.refused).toBeGreaterThan(750);
});
