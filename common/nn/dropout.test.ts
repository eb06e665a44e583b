import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, expect, test } from 'vitest';
import { random } from '../backend/index.js';
import { Dropout, DropPath } from './index.js';

beforeEach(() => {
  random.seed(7);
  random.counter = 0;
});

test('dropout keeps about 1 − p of the elements, divided by 1 − p', () => {
  const layer = new Dropout(0.3);
  const y = layer.forward(tf.ones([100, 100])).dataSync();
  const kept = y.filter((v) => v !== 0);
  for (const v of kept) expect(v).toBeCloseTo(1 / 0.7, 5);
  // Six standard deviations of a binomial count: √(10⁴·0.3·0.7) = 45.8.
  expect(Math.abs(kept.length - 7000)).toBeLessThan(275);
});

test('the gradient of dropout is its mask', () => {
  const layer = new Dropout(0.5);
  const x = tf.fill([50], 3);
  const { value, grad } = tf.valueAndGrad((t) => layer.forward(t))(x);
  expect(Array.from(value.dataSync())).toEqual(Array.from(grad.dataSync(), (g) => 3 * g));
});

test('drop path drops whole samples and divides by what is kept', () => {
  const layer = new DropPath(0.5);
  const y = layer.forward(tf.ones<tf.Rank.R3>([64, 3, 5])).arraySync();
  const levels = y.map((sample) => new Set(sample.flat()));
  for (const level of levels) expect(level.size).toBe(1);
  expect(new Set(levels.flatMap((level) => [...level]))).toEqual(new Set([0, 2]));
});

test('nothing is dropped in eval mode or at rate 0', () => {
  const x = tf.randomNormal([4, 4]);
  expect(new Dropout(0.9).eval().forward(x)).toBe(x);
  expect(new DropPath(0.9).eval().forward(x)).toBe(x);
  expect(new Dropout(0).forward(x)).toBe(x);
});

test('a rate outside [0, 1) is refused', () => {
  expect(() => new Dropout(1)).toThrow('must be in [0, 1)');
  expect(() => new DropPath(-0.1)).toThrow('must be in [0, 1)');
});
