import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, compile, gelu, layerNorm, random } from 'common/backend';
import { crossEntropy } from 'common/losses';
import { scaledDotProductAttention } from 'common/nn';
import type { Prepared } from './prepared.js';
import { randomIds } from './training.js';

// Single operators, each as one compiled function of inputs. Images are NHWC here and NCHW in PyTorch: what either needs is part of its time.

type Make = () => { inputs: tf.Tensor[]; fn: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[] };

const normal = (...shape: number[]) => tf.keep(random.normal(shape));
const images = () => normal(64, 32, 32, 64);
const filter = () => normal(3, 3, 64, 64);
const conv = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');

const operators: Readonly<Record<string, Make>> = {
  matmul: () => ({ inputs: [normal(1024, 1024), normal(1024, 1024)], fn: (a, b) => tf.matMul(a, b) }),
  linear: () => ({
    inputs: [normal(2176, 384), normal(1536, 384), normal(1536)],
    fn: (x, w, b) => tf.add(tf.matMul(x, w, false, true), b),
  }),
  attention: () => ({
    inputs: [normal(128, 4, 64, 32), normal(128, 4, 64, 32), normal(128, 4, 64, 32)],
    fn: (q, k, v) => scaledDotProductAttention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D),
  }),
  conv3x3: () => ({ inputs: [images(), filter()], fn: conv }),
  conv3x3_gradients: () => ({
    inputs: [images(), filter(), images()],
    fn: (x, w, dy) => tf.grads(conv)([x, w], dy),
  }),
  max_pool: () => ({ inputs: [images()], fn: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid') }),
  batch_norm: () => ({
    inputs: [images(), normal(64), normal(64)],
    fn: (x, w, b) => batchNormTraining(x as tf.Tensor4D, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5).y,
  }),
  layer_norm: () => ({
    inputs: [normal(2176, 1536), normal(1536), normal(1536)],
    fn: (x, w, b) => layerNorm(x, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5),
  }),
  softmax: () => ({ inputs: [normal(6600, 1000)], fn: (x) => tf.softmax(x) }),
  gelu: () => ({ inputs: [images()], fn: (x) => gelu(x) }),
  add: () => ({ inputs: [images(), images()], fn: (a, b) => tf.add(a, b) }),
  sum: () => ({ inputs: [images()], fn: (x) => tf.sum(x, [0, 1, 2]) }),
  transpose: () => ({ inputs: [images()], fn: (x) => tf.transpose(x, [0, 3, 1, 2]) }),
  dropout: () => ({
    inputs: [images()],
    fn: (x) => tf.mul(x, tf.mul(tf.cast(tf.less(random.uniform(x.shape), 0.9), 'float32'), 1 / 0.9)),
  }),
  embedding_gradient: () => ({
    inputs: [normal(8000, 256), randomIds([1024], 8000), normal(1024, 256)],
    fn: (w, ids, dy) => tf.grad((w) => tf.gather(w, ids as tf.Tensor1D))(w, dy),
  }),
  cross_entropy_gradient: () => ({
    inputs: [normal(512, 8000), randomIds([512], 8000)],
    fn: (x, y) => tf.grad((x) => crossEntropy(x as tf.Tensor2D, y as tf.Tensor1D))(x),
  }),
};

function prepare(make: Make): Prepared {
  random.seed(0);
  const { inputs, fn } = make();
  const run = compile(fn, { name: 'operator' });
  return {
    parameters: 0,
    // The engine runs a graph to its end before it returns: nothing need be read.
    step: () => {
      tf.dispose(run(...inputs));
      return 0;
    },
    graphs: () => run.graphs(true),
    dispose: run.dispose,
  };
}

/** `op/<operator>`. */
export const primitiveCases: Readonly<Record<string, () => Prepared>> = Object.fromEntries(
  Object.entries(operators).map(([name, make]) => [`op/${name}`, () => prepare(make)]),
);
