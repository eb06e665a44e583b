import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { crossEntropy, tokenCrossEntropy } from './index.js';

// Printed by torch.nn.functional.cross_entropy(…, ignore_index=-100, label_smoothing=…) in float64; rows 2 and 4 are ignored.
const torch = {
  logits: [
    [-0.22, 0.15, 0.67, -0.51],
    [-1.35, -0.28, 0.17, 0.76],
    [1.08, 0.34, 0.72, 0.83],
    [-0.58, -1.22, -0.27, 0.2],
    [0.03, 0.24, 0.78, -1.0],
  ],
  cases: [
    {
      smoothing: 0.0,
      loss: 1.97321176,
      grad: [
        0.05919477, 0.08569832, -0.18918639, 0.04429329, -0.31341601, 0.05806657, 0.09106651, 0.16428293, 0.0, 0.0, 0.0,
        0.0, 0.06571784, -0.29868082, 0.08960135, 0.14336163, 0.0, 0.0, 0.0, 0.0,
      ],
    },
    {
      smoothing: 0.1,
      loss: 1.93054509,
      grad: [
        0.05086144, 0.07736499, -0.16418639, 0.03595996, -0.28841601, 0.04973324, 0.08273318, 0.15594959, 0.0, 0.0, 0.0,
        0.0, 0.0573845, -0.27368082, 0.08126801, 0.1350283, 0.0, 0.0, 0.0, 0.0,
      ],
    },
  ],
};
const targets = () => tf.tensor1d([2, 0, 3, 1, 1], 'int32');
const mask = () => tf.tensor1d([1, 1, 0, 1, 0]);

describe('cross-entropy of tokens', () => {
  test.each(torch.cases)('is PyTorch’s with ignore_index, smoothing $smoothing', ({ smoothing, loss, grad }) => {
    const found = tf.valueAndGrad((x) =>
      tokenCrossEntropy(x as tf.Tensor2D, targets(), mask(), { labelSmoothing: smoothing }),
    )(tf.tensor2d(torch.logits));
    expect(found.value.dataSync()[0]).toBeCloseTo(loss, 5);
    found.grad.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(grad[i]!, 6);
    });
  });

  test('is crossEntropy where nothing is padding, at the size of a vocabulary and compiled', () => {
    const [N, V] = [12, 700];
    const logits = tf.tensor2d(Float32Array.from({ length: N * V }, (_, i) => 4 * Math.sin(i * i)), [N, V]); // biome-ignore format: one call
    const labels = tf.tensor1d(Int32Array.from({ length: N }, (_, i) => (i * 61) % V), 'int32'); // biome-ignore format: one call
    const run = compile((x: tf.Tensor2D, y: tf.Tensor1D) => {
      const of = (loss: (x: tf.Tensor2D) => tf.Scalar) => tf.valueAndGrad((x) => tf.mul(loss(x as tf.Tensor2D), 3))(x);
      const [a, b] = [
        of((x) => tokenCrossEntropy(x, y, tf.ones([N]), { labelSmoothing: 0.1 })),
        of((x) => crossEntropy(x, y, { labelSmoothing: 0.1 })),
      ];
      return { value: tf.sub(a.value, b.value), change: tf.max(tf.abs(tf.sub(a.grad, b.grad))), size: tf.max(b.grad) };
    });
    const { value, change, size } = run(logits, labels);
    expect(Math.abs(value.dataSync()[0]!)).toBeLessThan(1e-4);
    expect(change.dataSync()[0]!).toBeLessThan(1e-6 + 1e-5 * size.dataSync()[0]!);
  });

  test('a batch of padding alone costs nothing', () => {
    const found = tf.valueAndGrad((x) => tokenCrossEntropy(x as tf.Tensor2D, targets(), tf.zeros([5])))(
      tf.tensor2d(torch.logits),
    );
    expect(found.value.dataSync()[0]).toBeCloseTo(0, 10);
    expect(Math.max(...found.grad.dataSync().map(Math.abs))).toBe(0);
  });

  test('what does not fit is refused', () => {
    const logits = tf.tensor2d(torch.logits);
    expect(() => tokenCrossEntropy(logits, tf.tensor1d([1, 2]), mask())).toThrow('targets must be int32 [5]');
    expect(() => tokenCrossEntropy(logits, targets(), mask(), { labelSmoothing: 1 })).toThrow('[0, 1)');
  });
});
