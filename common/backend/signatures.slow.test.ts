import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { compile, engineStats } from './index.js';

it('two thousand signatures, compiled and not: sessions bounded, memory flat', () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const start = engineStats().sessions;
  const step = compile((x: tf.Tensor, factor: number) => tf.sum(tf.mul(tf.sqrt(x), factor)));
  const marks: number[] = [];
  const tensors = tf.memory().numTensors;
  // Signatures of one size: what a session holds for its own use grows with the size of its tensors.
  for (let n = 1; n <= 2000; n++) {
    tf.tidy(() => {
      const x = tf.fill([32, 32], 4);
      expect((step(x, n).dataSync()[0] ?? 0) / (2048 * n)).toBeCloseTo(1, 4);
      const eager = tf.sum(tf.sqrt(tf.clipByValue(tf.mul(x, x), n / 4000, 4)));
      expect(eager.dataSync()[0]).toBeCloseTo(2048, 1);
    });
    if (n % 400 !== 0) continue;
    gc();
    gc();
    marks.push(process.memoryUsage().rss / 2 ** 20);
  }
  console.log(`resident MB every 400 signatures: ${marks.map((mb) => mb.toFixed(0)).join(' ')}`);
  // 64 recordings of one function, 256 graphs outside of compile.
  expect(step.graphs().length).toBe(64);
  expect(engineStats().sessions - start).toBeLessThanOrEqual(64 + 256);
  expect(tf.memory().numTensors).toBe(tensors);
  expect((marks.at(-1) ?? 0) - (marks[1] ?? 0)).toBeLessThan(30);
}, 300_000);
