import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { gradients } from './gradients/index.js';
import { configureEngine } from './index.js';
import { chainedOperators } from './tfjs.js';

configureEngine({ threads: 1 });

const require = createRequire(import.meta.url);
const isLoaded = () => require.resolve('@tensorflow/tfjs') in require.cache;

// The order of these tests matters: the process loads @tensorflow/tfjs once.

it('computes and reads without @tensorflow/tfjs', () => {
  expect([...tf.square(tf.tensor1d([1, -2, 3])).dataSync()]).toEqual([1, 4, 9]);
  expect(isLoaded()).toBe(false);
});

it('fetches gradients at the first derivative, and keeps those that are registered', () => {
  const own = {
    kernelName: tf.Cosh,
    inputsToSave: ['x'],
    gradFunc: (dy: tf.Tensor | tf.Tensor[]) => ({ x: () => tf.mul(dy as tf.Tensor, 7) }),
  };
  tf.registerGradient(own);
  const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.reshape(x, [2, 1]), 3)))(tf.tensor1d([1, 2]));
  expect([...slope.dataSync()]).toEqual([3, 3]);
  expect(isLoaded()).toBe(true);
  for (const config of gradients) expect(tf.getGradient(config.kernelName)).toBe(config);
  expect([
    ...tf
      .grad((x: tf.Tensor) => tf.cosh(x))(tf.tensor1d([5]))
      .dataSync(),
  ]).toEqual([7]);
});

it('names the chained operators that @tensorflow/tfjs has, no more and no fewer', () => {
  const x = tf.tensor1d([1, 2]);
  expect([...x.add(1).mul(2).dataSync()]).toEqual([4, 6]);
  // Another process sees the methods come.
  const script = `
    const { Tensor } = require('@tensorflow/tfjs-core');
    const before = new Set(Object.keys(Tensor.prototype));
    require('@tensorflow/tfjs');
    console.log(JSON.stringify(Object.keys(Tensor.prototype).filter((name) => !before.has(name))));`;
  const added: string[] = JSON.parse(
    execFileSync(process.execPath, ['--eval', script], { cwd: import.meta.dirname, encoding: 'utf8' }),
  );
  expect([...chainedOperators].sort()).toEqual(added.sort());
});
