// For developers: writes functions of single operators as ONNX in every opset, portable and not: what the models do not use.
//   npx tsx tools/crosscheck/exportOperators.ts <folder> && python tools/crosscheck/onnx_models.py <folder>

import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, exportOnnx, gelu, layerNorm, random } from 'common/backend';
import { writeVariants } from './writeVariants.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: exportOperators.ts <folder>');

random.seed(3);
const normal = (...shape: number[]) => tf.keep(random.normal(shape));
const positive = (...shape: number[]) => tf.keep(tf.add(random.uniform(shape), 0.1));
const ints = (...shape: number[]) => tf.keep(tf.cast(tf.sub(tf.mul(random.uniform(shape), 12), 6), 'int32'));
const places = (below: number, ...shape: number[]) => tf.keep(tf.cast(tf.mul(random.uniform(shape), below), 'int32'));
const image = () => normal(2, 6, 6, 3);

type Entry = [tf.Tensor[], (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[]];
const one = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor = normal(3, 4)): Entry => [[x], f as Entry[1]];
const two = (
  f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  a: tf.Tensor = normal(3, 4),
  b: tf.Tensor = normal(3, 4),
): Entry => [[a, b], f as Entry[1]];
const slope = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): Entry => [
  [x],
  (v) => tf.grad((u: tf.Tensor) => tf.sum(f(u)))(v!),
];
const as4D = (x: tf.Tensor | undefined) => x as tf.Tensor4D;

// biome-ignore format: a table
const operators: Record<string, Entry> = {
  abs: one(tf.abs), acos: one(tf.acos, tf.keep(random.uniform([5]))), acosh: one(tf.acosh, tf.keep(tf.add(positive(5), 1))), asinh: one(tf.asinh),
  atan: one(tf.atan), atan2: two(tf.atan2), cosh: one(tf.cosh), elu: one(tf.elu), erf: one(tf.erf), expm1: one(tf.expm1), floor: one(tf.floor),
  gelu: one(gelu), isFinite: one(tf.isFinite), isNaN: one(tf.isNaN), leakyRelu: one((x) => tf.leakyRelu(x)), log1p: one(tf.log1p, positive(4)),
  logicalNot: one((x) => tf.logicalNot(tf.greater(x, 0))), prelu: two(tf.prelu), relu6: one(tf.relu6), round: one(tf.round), rsqrt: one(tf.rsqrt, positive(4)),
  selu: one(tf.selu), sign: one(tf.sign), softplus: one(tf.softplus), step: one((x) => tf.step(x)), tan: one(tf.tan), reluInt: one(tf.relu, ints(7)),
  clip: one((x) => tf.clipByValue(x, -1, 1)), clipInt: one((x) => tf.clipByValue(x, -1, 3), ints(9)), absInt: one(tf.abs, ints(6)),
  divInt: two(tf.div, ints(8), ints(8)), floorDivInt: two(tf.floorDiv, ints(8), ints(8)), modInt: two(tf.mod, ints(8), ints(8)), mod: two(tf.mod),
  powInt: two(tf.pow, ints(8), ints(8)), pow: two(tf.pow, positive(5), normal(5)), maximumInt: two(tf.maximum, ints(8), ints(8)), bitwiseAnd: two(tf.bitwiseAnd, ints(8), ints(8)),
  greaterEqual: two(tf.greaterEqual), logicalXor: two((a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0))), where: two((a, b) => tf.where(tf.greater(a, 0), a, b)),
  whereBool: two((a, b) => tf.where(tf.greater(a, 0), tf.greater(a, b), tf.less(a, b))),
  batchedMatMul: two((a, b) => tf.matMul(a, b, true, true), normal(2, 4, 3), normal(2, 5, 4)), scaledMatMul: two((a, b) => tf.mul(tf.matMul(a, b, false, true), 0.5), normal(2, 3, 4), normal(2, 5, 4)),
  broadcastMatMul: two((a, b) => tf.matMul(a, b, false, true), normal(2, 3, 4, 5), normal(1, 6, 5)), matMul: two((a, b) => tf.matMul(a, b, true), normal(4, 3), normal(4, 5)),
  einsum: two((a, b) => tf.einsum('bij,bkj->bik', a, b), normal(2, 3, 4), normal(2, 5, 4)),
  sum: one((x) => tf.sum(x, [0, 2]), normal(2, 3, 4)), sumInt: one((x) => tf.sum(x, 0), ints(3, 4)), mean: one((x) => tf.mean(x, 1)), max: one((x) => tf.max(x, 1)),
  min: one((x) => tf.min(x, [0, 1])), prod: one((x) => tf.prod(x, 1)), any: one((x) => tf.any(tf.greater(x, 1), 1)), all: one((x) => tf.all(tf.greater(x, -1), 1)),
  argMax: one((x) => tf.argMax(x, 1)), argMin: one((x) => tf.argMin(x, 0)), cumsum: one((x) => tf.cumsum(x, 1, true, true)), cumprod: one((x) => tf.cumprod(x, 1)),
  softmax: one((x) => tf.softmax(x)), logSoftmax: one((x) => tf.logSoftmax(x)), layerNorm: [[normal(2, 3, 4), normal(4), normal(4)], (x, w, b) => layerNorm(x!, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5)],
  layerNormGrad: [[normal(2, 3, 4), normal(4), normal(4)], (x, w, b) => tf.grads((x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(layerNorm(x, w as tf.Tensor1D, b as tf.Tensor1D, 1e-5))))([x!, w!, b!])],
  batchNorm: [[image(), positive(3), normal(3)], (x, w, b) => { const { y, mean, variance } = batchNormTraining(as4D(x), w as tf.Tensor1D, b as tf.Tensor1D, 1e-5); return [y, mean, variance]; }],
  geluGrad: slope(gelu, normal(5)), conv2d: two((x, w) => tf.conv2d(as4D(x), as4D(w), 2, 'same'), image(), normal(3, 3, 3, 4)), atrous: two((x, w) => tf.conv2d(as4D(x), as4D(w), 1, 'same', 'NHWC', 2), image(), normal(3, 3, 3, 4)),
  depthwise: two((x, w) => tf.depthwiseConv2d(as4D(x), as4D(w), 1, 'same'), image(), normal(3, 3, 3, 2)), transposed: two((x, w) => tf.conv2dTranspose(as4D(x), as4D(w), [2, 12, 12, 4], 2, 'same'), image(), normal(3, 3, 4, 3)),
  conv3d: two((x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 'same'), normal(1, 4, 4, 4, 2), normal(2, 2, 2, 2, 3)),
  convGrads: [[image(), normal(3, 3, 3, 4)], (x, w) => tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(tf.conv2d(as4D(x), as4D(w), 1, 'same'))))([x!, w!])],
  stridedGrads: [[image(), normal(3, 3, 3, 4)], (x, w) => tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(tf.conv2d(as4D(x), as4D(w), 2, 'same'))))([x!, w!])],
  maxPool: one((x) => tf.maxPool(as4D(x), 2, 2, 'valid'), image()), maxPoolGrad: slope((x) => tf.square(tf.maxPool(as4D(x), 3, 2, 'same')), image()), tiledMaxPoolGrad: slope((x) => tf.square(tf.maxPool(as4D(x), 2, 2, 'valid')), image()),
  avgPool: one((x) => tf.avgPool(as4D(x), 3, 1, 'same'), image()), avgPoolGrad: slope((x) => tf.square(tf.avgPool(as4D(x), 3, 2, 'same')), image()), avgPool3d: one((x) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, 'same'), normal(1, 4, 4, 4, 2)),
  dilatedAvgPool: one((x) => tf.pool(as4D(x), 2, 'avg', 'valid', 2), image()), resize: one((x) => tf.image.resizeBilinear(as4D(x), [9, 4]), image()), nearest: one((x) => tf.image.resizeNearestNeighbor(as4D(x), [9, 4]), image()),
  transpose: one((x) => tf.transpose(x, [2, 0, 1]), normal(2, 3, 4)), tile: one((x) => tf.tile(x, [2, 3])), split: [[normal(4, 6)], (x) => tf.split(x!, 3, 1)], concat: two((a, b) => tf.concat([a, b], 1)),
  slice: one((x) => tf.slice(x, [1, 0], [2, 2])), strided: one((x) => tf.stridedSlice(x, [3, 0], [0, 4], [-1, 2]), normal(4, 4)), reverse: one((x) => tf.reverse(x, 1)), pad: one((x) => tf.pad(x, [[1, 2], [0, 1]], 5)), mirror: one((x) => tf.mirrorPad(x, [[1, 1], [2, 1]], 'reflect')),
  gather: two((x, i) => tf.gather(x, i, 1), normal(3, 4), places(4, 5)), gatherND: two((x, i) => tf.gatherND(x, i), normal(3, 4), places(3, 5, 2)), scatterND: two((i, u) => tf.scatterND(i, u, [6]), places(6, 4, 1), normal(4)),
  segmentSum: two((x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4), normal(5, 3), places(4, 5)), oneHot: one((i) => tf.oneHot(i, 5), places(5, 4)), topk: [[normal(3, 5)], (x) => { const { values, indices } = tf.topk(x!, 2); return [values, indices]; }],
  fft: one((x) => tf.abs(tf.spectral.rfft(x)), normal(2, 8)), empty: one((x) => tf.reshape(tf.slice(x, [0, 0], [0, 4]), [2, 0, 2])), fill: one((x) => tf.add(tf.fill([3, 4], 2.5), x)),
  depthToSpace: one((x) => tf.depthToSpace(as4D(x), 2, 'NHWC'), normal(1, 2, 2, 8)), spaceToBatch: one((x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]]), normal(1, 4, 4, 2)),
};

for (const [name, [inputs, fn]] of Object.entries(operators)) {
  const outputs = (...given: tf.Tensor[]): Record<string, tf.Tensor> => {
    const found = fn(...given);
    return Object.fromEntries((Array.isArray(found) ? found : [found]).map((tensor, i) => [`y${i}`, tensor]));
  };
  const named = Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
  const found = outputs(...inputs);
  const specs = inputs.map(
    ({ shape, dtype }, i) => [`x${i}`, { shape, dtype: dtype === 'int32' ? dtype : 'float32' }] as const,
  );
  writeVariants(folder, {
    name,
    runs: [{ inputs: named, outputs: found }],
    write: (how) =>
      exportOnnx((given) => outputs(...inputs.map((_, i) => given[`x${i}`] as tf.Tensor)), {
        inputs: Object.fromEntries(specs),
        outputs: Object.keys(found),
        ...how,
      }),
  });
}
