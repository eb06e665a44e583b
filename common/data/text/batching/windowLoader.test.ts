import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createWindowLoader, planWindows } from './windowLoader.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('windows', () => {
  const tokens = Int32Array.from({ length: 100 }, (_, i) => i);

  test('the target is the next token', async () => {
    for (const order of ['random', 'shuffled', 'sequential'] as const)
      for await (const { ids, targets, starts } of createWindowLoader(tokens, {
        width: 7,
        batchSize: 3,
        order,
      }).batches(0)) {
        expect(targets.arraySync()).toEqual(ids.arraySync().map((row) => row.map((id) => id + 1)));
        expect(ids.arraySync().map(([first]) => first)).toEqual([...starts]);
      }
  });

  test('sequential and shuffled windows do not overlap, and cover the text but for its ends', () => {
    for (const order of ['shuffled', 'sequential'] as const)
      for (const epoch of [0, 1, 2]) {
        const starts = planWindows(100, { width: 7, batchSize: 1, order })
          .batches(epoch)
          .flatMap((b) => [...b])
          .sort((a, b) => a - b);
        expect(starts.length).toBeGreaterThanOrEqual(13);
        for (let i = 1; i < starts.length; i++) expect(starts[i]! - starts[i - 1]!).toBe(7);
        expect(starts.at(-1)! + 7).toBeLessThan(100);
      }
  });

  test('random windows reach the first and the last place', () => {
    const { batches } = planWindows(12, { width: 8, batchSize: 50, batchesPerEpoch: 4 });
    expect(new Set(batches(0).flatMap((b) => [...b]))).toEqual(new Set([0, 1, 2, 3]));
  });

  test('a text that is too short is refused', () => {
    expect(() => planWindows(8, { width: 8, batchSize: 1 })).toThrow(/8 tokens: too few for 1 window of 8/);
  });
});
