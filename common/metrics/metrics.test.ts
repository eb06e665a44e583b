import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import '../backend/index.js';
import { accuracy, ConfusionMatrix } from './index.js';

describe('accuracy', () => {
  it('counts rows by hand', () => {
    const logits = tf.tensor2d([
      [1, 2, 0],
      [3, 1, 2],
      [0, 0, 1],
      [5, 6, 7],
    ]);
    expect(accuracy(logits, tf.tensor1d([1, 0, 2, 0], 'int32')).dataSync()[0]).toBe(0.75);
  });
});

describe('ConfusionMatrix', () => {
  it('is exact across batches', () => {
    const matrix = new ConfusionMatrix(3);
    matrix.add([0, 0, 1], [0, 1, 1]);
    matrix.add(Int32Array.of(2), Int32Array.of(0));
    expect(matrix.counts).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(matrix.accuracy).toBe(0.5);
    expect(matrix.perClassAccuracy).toEqual([0.5, 1, 0]);
  });

  it('refuses classes that do not exist', () => {
    const matrix = new ConfusionMatrix(2);
    expect(() => matrix.add([2], [0])).toThrow(/label 2.*0 to 1/);
    expect(() => matrix.add([0], [0, 1])).toThrow(/1 labels and 2/);
  });
});
