import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, gelu, layerNorm, softmaxCrossEntropy } from '../index.js';

// Every differentiable operator: gradients.test.ts compares the gradient of each row with central differences.

export type Input = tf.Tensor | readonly number[];
export interface Row {
  readonly name: string;
  readonly f: (...x: tf.Tensor[]) => tf.Tensor;
  /** Tensors, or shapes that are filled with distinct values between 0.2 and 1.8. */
  readonly inputs: readonly Input[];
  /** Which inputs are moved; default: all. */
  readonly of?: readonly number[];
  /** Whether the gradient has a gradient. Default: yes. */
  readonly second?: boolean;
  readonly h?: number;
}

let count = 0;
/** Distinct values in a shuffled order: no two are so near that a small step would change which is larger. */
export function values(shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const order = Array.from({ length: size }, (_, i) => (i * 7 + 3 + count++ * 0) % size);
  const distinct = new Set(order).size === size ? order : Array.from({ length: size }, (_, i) => (i * 11 + 5) % size);
  return tf.tensor(
    distinct.map((rank) => 0.2 + (1.6 * (rank + 0.5)) / size),
    [...shape],
  );
}
export const weights = (size: number): number[] => Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1) + 0.2);
const int = (list: number[], shape?: number[]) => tf.tensor(list, shape ?? [list.length], 'int32');

const signed = () => tf.tensor([-1.3, -0.4, 0.3, 1.2, 2.1, -2.2], [2, 3]);
const inside = () => tf.tensor([-0.7, -0.3, 0.1, 0.4, 0.6, -0.5], [2, 3]);
const unary = (name: string, f: (x: tf.Tensor) => tf.Tensor, input: Input = signed()): Row => ({
  name,
  f: f as Row['f'],
  inputs: [input],
});
const binary = (name: string, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Row => ({
  name,
  f: f as Row['f'],
  inputs: [
    [2, 1, 3],
    [4, 3],
  ],
});
const t4 = (f: (x: tf.Tensor4D, ...rest: tf.Tensor4D[]) => tf.Tensor): Row['f'] => f as unknown as Row['f'];
const t5 = (f: (x: tf.Tensor5D, ...rest: tf.Tensor5D[]) => tf.Tensor): Row['f'] => f as unknown as Row['f'];
const positive = [2, 3];

export const rows: readonly Row[] = [
  unary('abs', tf.abs),
  unary('acos', tf.acos, inside()),
  unary('acosh', tf.acosh, tf.tensor([1.3, 1.7, 2.5, 3.1])),
  unary('asin', tf.asin, inside()),
  unary('asinh', tf.asinh),
  unary('atan', tf.atan),
  unary('atanh', tf.atanh, inside()),
  unary('cast', (x) => tf.cast(x, 'float32')),
  unary('ceil', tf.ceil),
  unary('clipByValue', (x) => tf.clipByValue(x, -1, 1)),
  unary('cos', tf.cos),
  unary('cosh', tf.cosh),
  unary('elu', tf.elu),
  unary('erf', tf.erf),
  unary('exp', tf.exp),
  unary('expm1', tf.expm1),
  unary('floor', tf.floor),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  unary('log', tf.log, positive),
  unary('log1p', tf.log1p, positive),
  unary('logSigmoid', tf.logSigmoid),
  unary('neg', tf.neg),
  unary('reciprocal', tf.reciprocal),
  unary('relu', tf.relu),
  unary('relu6', tf.relu6),
  unary('round', tf.round),
  unary('rsqrt', tf.rsqrt, positive),
  unary('selu', tf.selu),
  unary('sigmoid', tf.sigmoid),
  unary('sign', tf.sign),
  unary('sin', tf.sin),
  unary('sinh', tf.sinh),
  unary('softplus', tf.softplus),
  unary('sqrt', tf.sqrt, positive),
  unary('square', tf.square),
  unary('step', tf.step),
  unary('tan', tf.tan, inside()),
  unary('tanh', tf.tanh),

  binary('add', tf.add),
  binary('sub', tf.sub),
  binary('mul', tf.mul),
  binary('div', tf.div),
  binary('divNoNan', tf.divNoNan),
  binary('pow', tf.pow),
  binary('maximum', tf.maximum),
  binary('minimum', tf.minimum),
  binary('mod', tf.mod),
  binary('atan2', tf.atan2),
  binary('squaredDifference', tf.squaredDifference),
  { name: 'prelu', f: (x, a) => tf.prelu(x, a), inputs: [signed(), [3]] },
  { name: 'where of a condition on what is moved', f: (a) => tf.where(tf.logicalNot(tf.less(a, 0)), tf.square(a), a), inputs: [signed()] },
  { name: 'addN', f: (a, b) => tf.addN([a, b]), inputs: [[2, 3], [2, 3]] },
  { name: 'where', f: (a, b) => tf.where(tf.tensor([1, 0, 1, 0, 0, 1], [2, 3], 'bool'), a, b), inputs: [[2, 3], [2, 3]] },

  unary('sum', (x) => tf.sum(tf.square(x), 1), [2, 3, 2]),
  unary('sum of all, keepDims', (x) => tf.sum(tf.square(x), undefined, true), [2, 3, 2]),
  unary('mean', (x) => tf.mean(tf.square(x), [0, 2]), [2, 3, 2]),
  unary('max', (x) => tf.max(x, 1), [2, 5]),
  unary('min', (x) => tf.min(x, [0, 1]), [2, 5]),
  unary('prod', (x) => tf.prod(x, 1), [2, 3, 2]),
  unary('prod of all', (x) => tf.prod(x), [5]),
  unary('logSumExp', (x) => tf.logSumExp(x, 1), [2, 3]),
  unary('moments', (x) => tf.moments(x, 0).variance, [4, 2]),
  unary('norm', (x) => tf.norm(x, 2, 1), [2, 3]),
  unary('softmax', (x) => tf.softmax(x), [2, 4]),
  // tfjs's own custom gradients of these save their results, through which no second derivative flows.
  { ...unary('logSoftmax', (x) => tf.logSoftmax(x), [2, 4]), second: false },
  unary('cumsum', (x) => tf.cumsum(x, 1, true, true), [2, 4, 2]),
  unary('cumprod', (x) => tf.cumprod(x, 1), [2, 4, 2]),
  unary('cumprod, exclusive', (x) => tf.cumprod(x, 0, true), [4, 2]),
  unary('cumprod, reverse', (x) => tf.cumprod(x, 0, false, true), [4, 2]),
  unary('cumprod, both', (x) => tf.cumprod(x, -1, true, true), [2, 4]),
  unary('cumprod with a zero', (x) => tf.cumprod(x), tf.tensor([0.7, 0, 1.3, 0.4])),

  unary('reshape, expandDims, squeeze', (x) => tf.squeeze(tf.expandDims(tf.reshape(tf.square(x), [3, 2]), 1)), [2, 3]),
  unary('transpose', (x) => tf.transpose(tf.square(x), [2, 0, 1]), [2, 3, 2]),
  unary('tile', (x) => tf.tile(tf.square(x), [2, 3]), [2, 2]),
  unary('broadcastTo', (x) => tf.broadcastTo(tf.square(x), [3, 2, 2]), [1, 2, 1]),
  unary('reverse', (x) => tf.reverse(tf.square(x), 1), [2, 3]),
  unary('pad', (x) => tf.pad(tf.square(x), [[1, 0], [0, 2]]), [2, 2]),
  unary('mirrorPad reflect', (x) => tf.mirrorPad(x, [[1, 1], [0, 2]], 'reflect'), [3, 3]),
  unary('slice', (x) => tf.slice(tf.square(x), [0, 1], [2, 2]), [2, 4]),
  unary('stridedSlice', (x) => tf.stridedSlice(tf.square(x), [1, 0], [5, 4], [2, 3]), [6, 4]),
  unary('stridedSlice backwards', (x) => tf.stridedSlice(tf.square(x), [4, 2], [0, 0], [-2, -1]), [6, 3]),
  unary('stridedSlice, masks', (x) => tf.stridedSlice(x, [0, 1, 0], [0, 2, 3], [1, 1, 2], 1, 1, 0, 0, 2), [2, 3, 3]),
  unary('split and stack', (x) => tf.stack(tf.split(tf.square(x), 2, 1), 0), [2, 4]),
  unary('unstack', (x) => tf.mul(tf.unstack(x, 1)[0] ?? x, tf.unstack(x, 1)[2] ?? x), [2, 3]),
  { name: 'concat', f: (a, b) => tf.concat([tf.square(a), b], 1), inputs: [[2, 2], [2, 3]] },
  unary('gather', (x) => tf.gather(tf.square(x), int([2, 0, 2, 1])), [3, 2]),
  unary('gather along the last axis', (x) => tf.gather(tf.square(x), int([1, 0, 1, 1], [2, 2]), 1), [2, 3]),
  unary('gather, batchDims 1', (x) => tf.gather(tf.square(x), int([2, 0, 1, 1], [2, 2]), 1, 1), [2, 3, 2]),
  unary('gather, batchDims 1, axis 2', (x) => tf.gather(tf.square(x), int([1, 0, 2, 2], [2, 2]), 2, 1), [2, 2, 3]),
  unary('gatherND', (x) => tf.gatherND(tf.square(x), int([0, 1, 1, 0, 0, 1], [3, 2])), [2, 3, 2]),
  unary('scatterND', (x) => tf.scatterND(int([0, 2, 0], [3, 1]), tf.square(x), [4, 2]), [3, 2]),
  { name: 'tensorScatterUpdate', f: (x, u) => tf.tensorScatterUpdate(tf.square(x), int([3, 0], [2, 1]), tf.square(u)), inputs: [[4, 2], [2, 2]] },
  unary('unsortedSegmentSum', (x) => tf.unsortedSegmentSum(tf.square(x), tf.tensor1d([1, 0, 1, -1], 'int32'), 3), [4, 2]),
  unary('flipLeftRight', t4((x) => tf.image.flipLeftRight(x)) as never, [1, 2, 3, 1]),
  unary('diag', (x) => tf.diag(x), [2, 2]),
  unary('topk', (x) => tf.topk(x, 2).values, [2, 5]),
  unary('depthToSpace', t4((x) => tf.depthToSpace(tf.square(x), 2)) as never, [1, 2, 1, 8]),
  unary('batchToSpaceND', (x) => tf.batchToSpaceND(x, [2, 2], [[0, 0], [0, 1]]), [4, 1, 1, 2]),
  unary('spaceToBatchND', (x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 1]]), [1, 2, 3, 1]),

  { name: 'matMul', f: (a, b) => tf.matMul(a, b), inputs: [[2, 3], [3, 2]] },
  { name: 'matMul transposed, batched', f: (a, b) => tf.matMul(a, b, true, true), inputs: [[2, 3, 2], [2, 2, 3]] },
  { name: 'fused matMul', f: (a, b, c) => tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: c, activation: 'relu' }), inputs: [[2, 3], [3, 2], [2]] },
  { name: 'einsum product', f: (a, b) => tf.einsum('bij,bjk->bik', a, b), inputs: [[2, 2, 3], [2, 3, 2]] },
  { name: 'einsum with summed letters', f: (a, b) => tf.einsum('ijk,jl->il', a, b), inputs: [[2, 3, 2], [3, 2]] },
  { name: 'einsum to a scalar', f: (a, b) => tf.einsum('ij,ij->', a, b), inputs: [[2, 3], [2, 3]] },
  { name: 'einsum transpose', f: (a) => tf.einsum('ijk->ki', a), inputs: [[2, 3, 2]] },

  { name: 'conv2d', f: t4((x, w) => tf.conv2d(x, w as tf.Tensor4D, 1, 'same')), inputs: [[1, 3, 3, 2], [2, 2, 2, 2]] },
  { name: 'conv2d, stride 2, explicit pads', f: t4((x, w) => tf.conv2d(x, w as tf.Tensor4D, 2, [[0, 0], [1, 0], [0, 1], [0, 0]])), inputs: [[2, 4, 4, 1], [3, 2, 1, 2]] },
  { name: 'conv2d, dilation 2', f: t4((x, w) => tf.conv2d(x, w as tf.Tensor4D, 1, 'valid', 'NHWC', 2)), inputs: [[1, 5, 4, 1], [2, 2, 1, 2]] },
  { name: 'conv2dTranspose', f: t4((x, w) => tf.conv2dTranspose(x, w as tf.Tensor4D, [1, 4, 4, 1], 2, 'same')), inputs: [[1, 2, 2, 2], [3, 3, 1, 2]] },
  { name: 'depthwiseConv2d', f: t4((x, w) => tf.depthwiseConv2d(x, w as tf.Tensor4D, 1, 'same')), inputs: [[1, 3, 3, 2], [2, 2, 2, 2]] },
  { name: 'depthwiseConv2d, stride 2', f: t4((x, w) => tf.depthwiseConv2d(x, w as tf.Tensor4D, 2, 'same')), inputs: [[1, 4, 4, 2], [3, 3, 2, 1]] },
  { name: 'depthwiseConv2d, dilation 2', f: t4((x, w) => tf.depthwiseConv2d(x, w as tf.Tensor4D, 1, 'same', 'NHWC', 2)), inputs: [[1, 4, 4, 1], [2, 2, 1, 2]] },
  { name: 'conv2d, NCHW', f: t4((x, w) => tf.conv2d(x, w as tf.Tensor4D, 1, 'same', 'NCHW')), inputs: [[1, 2, 3, 3], [2, 2, 2, 1]] },
  { name: 'depthwiseConv2d, NCHW', f: t4((x, w) => tf.depthwiseConv2d(x, w as tf.Tensor4D, 1, 'same', 'NCHW')), inputs: [[1, 2, 3, 3], [2, 2, 2, 1]] },
  { name: 'separableConv2d', f: t4((x, d, p) => tf.separableConv2d(x, d as tf.Tensor4D, p as tf.Tensor4D, 1, 'same')), inputs: [[1, 3, 3, 2], [2, 2, 2, 1], [1, 1, 2, 2]] },
  { name: 'fused conv2d', f: t4((x, w, b) => tf.fused.conv2d({ x, filter: w as tf.Tensor4D, strides: 1, pad: 'same', bias: tf.reshape(b as tf.Tensor, [2]), activation: 'relu' })), inputs: [[1, 3, 3, 1], [2, 2, 1, 2], [1, 1, 1, 2]] },
  { name: 'conv3d', f: t5((x, w) => tf.conv3d(x, w as tf.Tensor5D, 1, 'same')), inputs: [[1, 2, 3, 2, 1], [2, 2, 2, 1, 2]] },
  { name: 'conv3d, stride 2', f: t5((x, w) => tf.conv3d(x, w as tf.Tensor5D, 2, 'valid')), inputs: [[1, 4, 3, 3, 1], [2, 2, 2, 1, 1]] },
  { name: 'conv3d, stride larger than the filter', f: t5((x, w) => tf.conv3d(x, w as tf.Tensor5D, 3, 'same')), inputs: [[1, 3, 2, 3, 1], [1, 2, 1, 1, 2]] },
  { name: 'avgPool3d, stride larger than the window', f: t5((x) => tf.avgPool3d(x, 1, 3, 'same')), inputs: [[1, 3, 2, 3, 1]] },
  { name: 'maxPool3d, stride larger than the window', f: t5((x) => tf.maxPool3d(x, 1, 3, 'same')), inputs: [[1, 3, 2, 3, 1]] },
  { name: 'conv3dTranspose', f: t5((x, w) => tf.conv3dTranspose(x, w as tf.Tensor5D, [1, 4, 2, 2, 1], 2, 'same')), inputs: [[1, 2, 1, 1, 2], [3, 2, 2, 1, 2]] },
  { name: 'dilation2d', f: t4((x, w) => tf.dilation2d(x, tf.reshape(w as tf.Tensor, [2, 2, 1]) as tf.Tensor3D, 1, 'valid')), inputs: [[1, 3, 3, 1], [2, 2, 1, 1]], h: 0.002, second: false },

  { name: 'maxPool', f: t4((x) => tf.maxPool(tf.square(x), 2, 2, 'valid')), inputs: [[1, 4, 4, 1]] },
  { name: 'maxPool, overlapping', f: t4((x) => tf.maxPool(tf.square(x), 3, 2, 'same')), inputs: [[1, 4, 4, 2]] },
  { name: 'maxPoolWithArgmax', f: t4((x) => tf.maxPoolWithArgmax(tf.square(x), 2, 1, 'same').result as tf.Tensor), inputs: [[2, 3, 3, 1]] },
  { name: 'avgPool', f: t4((x) => tf.avgPool(tf.square(x), 2, 2, 'valid')), inputs: [[1, 4, 4, 1]] },
  { name: 'avgPool, padded', f: t4((x) => tf.avgPool(tf.square(x), 3, 1, 'same')), inputs: [[1, 3, 3, 2]] },
  { name: 'maxPool3d', f: t5((x) => tf.maxPool3d(x, 2, 1, 'valid')), inputs: [[1, 3, 2, 3, 1]] },
  { name: 'avgPool3d', f: t5((x) => tf.avgPool3d(x, 2, 1, 'same')), inputs: [[1, 2, 2, 3, 1]] },
  { name: 'localResponseNormalization', f: t4((x) => tf.localResponseNormalization(x, 1, 1, 0.7, 0.6)), inputs: [[1, 1, 2, 4]] },
  { name: 'batchNorm', f: (x, m, v, o, s) => tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 0.01), inputs: [[4, 2], [2], [2], [2], [2]] },
  { name: 'resizeBilinear', f: t4((x) => tf.image.resizeBilinear(tf.square(x), [4, 5])), inputs: [[1, 2, 3, 1]] },
  { name: 'resizeBilinear, half pixels', f: t4((x) => tf.image.resizeBilinear(x, [4, 2], false, true)), inputs: [[1, 2, 3, 1]] },
  { name: 'resizeBilinear, aligned', f: t4((x) => tf.image.resizeBilinear(x, [3, 5], true)), inputs: [[1, 2, 3, 2]] },
  { name: 'resizeNearestNeighbor', f: t4((x) => tf.image.resizeNearestNeighbor(tf.square(x), [3, 4])), inputs: [[1, 2, 2, 1]] },
  { name: 'resizeNearestNeighbor, half pixels', f: t4((x) => tf.image.resizeNearestNeighbor(x, [3, 4], false, true)), inputs: [[1, 2, 2, 1]] },
  { name: 'cropAndResize', f: (image, boxes) => tf.image.cropAndResize(image as tf.Tensor4D, boxes as tf.Tensor2D, tf.tensor1d([0, 1], 'int32'), [2, 3]), inputs: [[2, 4, 4, 1], tf.tensor([0.12, 0.21, 0.71, 0.83, -0.31, 0.07, 0.93, 0.9], [2, 4])], h: 0.002 },
  unary('gelu', (x) => gelu(x)),
  { name: 'layerNorm', f: (x, w, b) => layerNorm(x, w as tf.Tensor1D, b as tf.Tensor1D, 0.01), inputs: [[2, 4], [4], [4]] },
  { name: 'batchNormTraining', f: t4((x, w, b) => batchNormTraining(x, tf.reshape(w as tf.Tensor, [2]) as tf.Tensor1D, tf.reshape(b as tf.Tensor, [2]) as tf.Tensor1D, 0.01).y), inputs: [[3, 1, 2, 2], [1, 1, 1, 2], [1, 1, 1, 2]] },
  { name: 'fused softmaxCrossEntropy', f: (x, y) => softmaxCrossEntropy(x as tf.Tensor2D, y as tf.Tensor2D), inputs: [[2, 3], [2, 3]] },
  unary('sigmoidCrossEntropy', (x) => tf.losses.sigmoidCrossEntropy(tf.tensor([0, 1, 1, 0, 1, 0], [2, 3]), x), signed()),
  { ...unary('tf.losses.softmaxCrossEntropy', (x) => tf.losses.softmaxCrossEntropy(tf.tensor([0, 1, 0, 0, 0, 1], [2, 3]), x), [2, 3]), second: false },
  unary('huberLoss', (x) => tf.losses.huberLoss(tf.zeros([2, 3]), x), signed()),
]; // biome-ignore format: a table
