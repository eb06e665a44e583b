import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchNormTraining } from '../index.js';
import { record } from '../testing/record.js';
import { optimize } from './index.js';
import { layoutRules } from './layout.js';
import { rewrite } from './rewrite.js';

const conv = (x: tf.Tensor, w: tf.Tensor, strides = 1) =>
  tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, 'same');
const laidOut = (shapes: number[][], fn: (...inputs: tf.Tensor[]) => unknown) =>
  rewrite(record(shapes, fn), layoutRules).toString();
const IMAGE = [2, 8, 8, 3];
const transposes = (text: string) => text.split('\n').filter((line) => line.includes('= Transpose'));
/** The transposes of images: [0,2,3,1] and [0,3,1,2]. Those of filters ([3,2,0,1] and back) are small. */
const ofImages = (text: string) => transposes(text).filter((line) => /perm: \[0,/.test(line));

describe('layout', () => {
  it('keeps NCHW between convolutions', () => {
    const text = laidOut([IMAGE, [3, 3, 3, 4], [3, 3, 4, 5]], (x, w, v) => conv(tf.relu(conv(x!, w!)), v!));
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4], in2: float32[3,3,4,5])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3 = Relu(%2) : float32[2,4,8,8]
        %4 = Transpose(in2) {perm: [3,2,0,1]} : float32[5,4,3,3]
        %5 = Conv(%3, %4) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,5,8,8]
        %6 = Transpose(%5) {perm: [0,2,3,1]} : float32[2,8,8,5]
        return %6"
    `);
  });

  it('adds a bias a channel without going back', () => {
    const text = laidOut([IMAGE, [3, 3, 3, 4], [4]], (x, w, b) => tf.relu(tf.add(conv(x!, w!), b!)));
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4], in2: float32[4])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3 = Reshape(in2) {shape: [1,4,1,1]} : float32[1,4,1,1]
        %4 = Add(%2, %3) : float32[2,4,8,8]
        %5 = Relu(%4) : float32[2,4,8,8]
        %6 = Transpose(%5) {perm: [0,2,3,1]} : float32[2,8,8,4]
        return %6"
    `);
  });

  it('goes through residual sums', () => {
    const shapes = [IMAGE, [3, 3, 3, 4], [3, 3, 4, 4]];
    const text = laidOut(shapes, (x, w, v) => {
      const y = tf.relu(conv(x!, w!));
      return tf.relu(tf.add(conv(y, v!), y));
    });
    expect(ofImages(text).length).toBe(2);
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4], in2: float32[3,3,4,4])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3 = Relu(%2) : float32[2,4,8,8]
        %4 = Transpose(in2) {perm: [3,2,0,1]} : float32[4,4,3,3]
        %5 = Conv(%3, %4) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %6 = Add(%5, %3) : float32[2,4,8,8]
        %7 = Relu(%6) : float32[2,4,8,8]
        %8 = Transpose(%7) {perm: [0,2,3,1]} : float32[2,8,8,4]
        return %8"
    `);
  });

  it('goes through pooling, padding, slices and concatenations', () => {
    const text = laidOut([IMAGE, [3, 3, 3, 4], [3, 3, 8, 4]], (x, w, v) => {
      const y = conv(x!, w!) as tf.Tensor4D;
      const pooled = tf.maxPool(y, 2, 2, 'valid');
      const small = tf.slice(tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]), [0, 2, 2, 0], [2, 4, 4, 4]); // biome-ignore format: a shape
      return conv(tf.concat([pooled, small], 3), v!);
    });
    expect(ofImages(text).length).toBe(2);
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4], in2: float32[3,3,8,4])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3, %4 = MaxPool(%2) {strides: [2,2], dilations: [1,1], pads: [0,0,0,0], kernel: [2,2]} : float32[2,4,4,4], int64[2,4,4,4]
        %5 = Pad(%2) {before: [0,0,1,1], after: [0,0,1,1], value: 0} : float32[2,4,10,10]
        %6 = Slice(%5) {starts: [0,0,2,2], ends: [2,4,6,6], steps: [1,1,1,1]} : float32[2,4,4,4]
        %7 = Concat(%3, %6) {axis: 1} : float32[2,8,4,4]
        %8 = Transpose(in2) {perm: [3,2,0,1]} : float32[4,8,3,3]
        %9 = Conv(%7, %8) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,4,4]
        %10 = Transpose(%9) {perm: [0,2,3,1]} : float32[2,4,4,4]
        return %10"
    `);
  });

  it('needs no transpose after a global mean', () => {
    const text = laidOut([IMAGE, [3, 3, 3, 4]], (x, w) => tf.mean(conv(x!, w!), [1, 2]));
    expect(ofImages(text).length).toBe(1);
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3 = ReduceMean(%2) {axes: [2,3], keepDims: false} : float32[2,4]
        return %3"
    `);
  });

  it('keeps NCHW from batch norm to convolution', () => {
    const text = laidOut([IMAGE, [3, 3, 3, 4], [4], [4], [3, 3, 4, 4]], (x, w, gamma, beta, v) => {
      const { y } = batchNormTraining(conv(x!, w!) as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5);
      return conv(tf.relu(y), v!);
    });
    expect(ofImages(text).length).toBe(2);
  });

  it('leaves only border transposes in the gradient of a chain', () => {
    const shapes = [IMAGE, [3, 3, 3, 4], [3, 3, 4, 5]];
    const graph = record(shapes, (...inputs) =>
      tf.grads((x, w, v) => tf.sum(tf.square(conv(tf.relu(conv(x!, w!)), v!))))(inputs),
    );
    const text = optimize(graph).toString();
    // The image in, the image's gradient out; two filters in, two filters' gradients out.
    expect(ofImages(text).length).toBe(2);
    expect(transposes(text).length).toBe(6);
    expect(text).toMatchInlineSnapshot(`
      "graph(in0: float32[2,8,8,3], in1: float32[3,3,3,4], in2: float32[3,3,4,5])
        %0 = Transpose(in0) {perm: [0,3,1,2]} : float32[2,3,8,8]
        %1 = Transpose(in1) {perm: [3,2,0,1]} : float32[4,3,3,3]
        %2 = Conv(%0, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,4,8,8]
        %3 = Relu(%2) : float32[2,4,8,8]
        %4 = Transpose(in2) {perm: [3,2,0,1]} : float32[5,4,3,3]
        %5 = Conv(%3, %4) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], groups: 1} : float32[2,5,8,8]
        %6 = Fill() {value: 2} : float32[]
        %7 = Mul(%5, %6) : float32[2,5,8,8]
        %8 = ConvInputGrad(%7, %4) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], inputShape: [2,4,8,8]} : float32[2,4,8,8]
        %9 = Step(%2) {alpha: 0} : float32[2,4,8,8]
        %10 = Mul(%8, %9) : float32[2,4,8,8]
        %11 = ConvInputGrad(%10, %1) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3], inputShape: [2,3,8,8]} : float32[2,3,8,8]
        %12 = Transpose(%11) {perm: [0,2,3,1]} : float32[2,8,8,3]
        %13 = ConvFilterGrad(%0, %10) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3]} : float32[4,3,3,3]
        %14 = Transpose(%13) {perm: [2,3,1,0]} : float32[3,3,3,4]
        %15 = ConvFilterGrad(%3, %7) {strides: [1,1], dilations: [1,1], pads: [1,1,1,1], kernel: [3,3]} : float32[5,4,3,3]
        %16 = Transpose(%15) {perm: [2,3,1,0]} : float32[3,3,4,5]
        return %12, %14, %16"
    `);
  });

  it('leaves only border transposes in the gradient of a residual block with batch norm, pooling and a linear head', () => {
    const shapes = [IMAGE, [3, 3, 3, 4], [4], [4], [3, 3, 4, 4], [4, 10]];
    const graph = record(shapes, (...inputs) =>
      tf.grads((x, w, gamma, beta, v, head) => {
        const stem = tf.maxPool(conv(x!, w!) as tf.Tensor4D, 2, 2, 'valid');
        const normal = batchNormTraining(stem, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5).y;
        const block = tf.add(conv(tf.relu(normal), v!), stem);
        return tf.sum(tf.matMul(tf.mean(block, [1, 2]) as tf.Tensor2D, head as tf.Tensor2D));
      })(inputs),
    );
    const text = optimize(graph).toString();
    expect(ofImages(text).length).toBe(2);
  });

  it('leaves transposes of other kinds alone', () => {
    const text = laidOut([[2, 5, 4, 3]], (x) => tf.transpose(x!, [0, 2, 1, 3]));
    expect(transposes(text).length).toBe(1);
  });
});
