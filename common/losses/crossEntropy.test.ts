import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import '../backend/index.js';
import { crossEntropy } from './index.js';

interface Fixture {
  logits: number[][];
  labels: number[];
  soft: number[][];
  cases: { smoothing: number; kind: 'labels' | 'soft'; loss: number; grad: number[] }[];
}
const fixture: Fixture = JSON.parse(readFileSync(new URL('./fixtures/torch.json', import.meta.url), 'utf8'));

describe('cross-entropy is PyTorch’s', () => {
  test.each(fixture.cases)('$kind, smoothing $smoothing', ({ smoothing, kind, loss, grad }) => {
    const targets = kind === 'labels' ? tf.tensor1d(fixture.labels, 'int32') : tf.tensor2d(fixture.soft);
    const found = tf.valueAndGrad((x) => crossEntropy(x as tf.Tensor2D, targets, { labelSmoothing: smoothing }))(
      tf.tensor2d(fixture.logits),
    );
    expect(found.value.dataSync()[0]! / loss).toBeCloseTo(1, 5);
    found.grad.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(grad[i]!, 5);
    });
  });
});

test('what does not fit is refused', () => {
  const logits = tf.zeros<tf.Rank.R2>([2, 3]);
  expect(() => crossEntropy(logits, tf.tensor1d([0, 1]))).toThrow('labels must be int32 [2], not float32 [2]');
  expect(() => crossEntropy(logits, tf.tensor1d([0], 'int32'))).toThrow('labels must be int32 [2], not int32 [1]');
  expect(() => crossEntropy(logits, tf.zeros<tf.Rank.R2>([2, 4]))).toThrow('do not fit logits of shape [2, 3]');
  expect(() => crossEntropy(logits, tf.tensor1d([0, 1], 'int32'), { labelSmoothing: 1 })).toThrow('[0, 1)');
});
