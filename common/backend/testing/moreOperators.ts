import * as tf from '@tensorflow/tfjs';
import type { Draw } from './draw.js';
import { firstOperators, image, type Operator, padding } from './operators.js';

// The second part of the table of operators: products, windows, images, complex numbers, losses, strings.

const t4 = (x: tf.Tensor) => x as tf.Tensor4D;
const complexOf = (d: Draw, shape: number[]) => {
  const [re, im] = [d.plain(shape), d.plain(shape)];
  return () => tf.complex(re(), im());
};
const parts = (z: tf.Tensor) => [tf.real(z), tf.imag(z)];
const boxes = (d: Draw) => {
  const corners = d.tensor([5, 4], 'float32', { special: false, low: 0, high: 1 });
  const scores = d.tensor([5], 'float32', { special: false, low: 0, high: 1 });
  return { corners: () => corners() as tf.Tensor2D, scores: () => scores() as tf.Tensor1D };
};

const products: Record<string, Operator> = {
  // The CPU backend goes wrong where some of the leading axes are broadcast and others are not.
  matMul: (d) => { const stack = d.shape(0, 3); const [m, k, n, ta, tb, one] = [d.int(0, 3), d.int(0, 3), d.int(0, 3), d.bool(), d.bool(), d.bool()]; const [a, b] = [d.plain([...stack, ...(ta ? [k, m] : [m, k])]), d.plain([...(one ? stack.map(() => 1) : stack), ...(tb ? [n, k] : [k, n])])]; return () => tf.matMul(a(), b(), ta, tb); },
  dot: (d) => { const [a, b] = [d.plain(d.of([[3], [2, 3]])), d.plain(d.of([[3], [3, 2]]))]; return () => tf.dot(a(), b()); },
  outerProduct: (d) => { const [a, b] = [d.plain([d.int(1, 3)]), d.plain([d.int(1, 3)])]; return () => tf.outerProduct(a() as tf.Tensor1D, b() as tf.Tensor1D); },
  einsum: (d) => { const e = d.note('', d.of(['ij,jk->ik', 'ij,ij->', 'ij,jk->ki', 'ij,kl->ikjl', 'ij,ij->ij'])); const [a, b] = [d.plain([2, 2]), d.plain([2, 2])]; return () => tf.einsum(e, a(), b()); },
  basicLSTMCell: (d) => { const [x, k, b, c, h] = [d.plain([2, 3]), d.plain([5, 8]), d.plain([8]), d.plain([2, 2]), d.plain([2, 2])]; return () => tf.basicLSTMCell(tf.scalar(1), k() as tf.Tensor2D, b() as tf.Tensor1D, x() as tf.Tensor2D, c() as tf.Tensor2D, h() as tf.Tensor2D); },
  multiRNNCell: (d) => { const [x, k, b, c, h] = [d.plain([2, 3]), d.plain([5, 8]), d.plain([8]), d.plain([2, 2]), d.plain([2, 2])]; return () => tf.multiRNNCell([(data, cell, state) => tf.basicLSTMCell(tf.scalar(1), k() as tf.Tensor2D, b() as tf.Tensor1D, data, cell, state)], x() as tf.Tensor2D, [c() as tf.Tensor2D], [h() as tf.Tensor2D]).flat(); },
  'linalg.bandPart': (d) => { const x = d.plain(d.of([[3, 4], [2, 3, 3]])); const [l, u] = [d.int(-1, 2), d.int(-1, 2)]; return () => tf.linalg.bandPart(x(), l, u); },
  'linalg.gramSchmidt': (d) => { const x = d.plain([2, 4]); return () => tf.linalg.gramSchmidt(x() as tf.Tensor2D); },
  'linalg.qr': (d) => { const x = d.plain([4, 2]); const full = d.bool(); return () => tf.linalg.qr(x(), full); },
  'fused.matMul': (d) => { const [a, b, bias] = [d.plain([3, 2]), d.plain([2, 4]), d.plain([4])]; const activation = d.note('', d.of(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)); return () => tf.fused.matMul({ a: a() as tf.Tensor2D, b: b() as tf.Tensor2D, bias: bias(), activation, leakyreluAlpha: 0.1 }); },
}; // biome-ignore format: a table

const windows: Record<string, Operator> = {
  conv1d: (d) => { const [x, w, s] = [d.plain([2, 5, 2]), d.plain([d.int(1, 3), 2, 2]), d.int(1, 2)]; const p = padding(d); return () => tf.conv1d(x() as tf.Tensor3D, w() as tf.Tensor3D, s, p); },
  conv2d: (d) => { const x = image(d); const w = d.plain([d.int(1, 2), d.int(1, 2), x.shape[3] ?? 1, d.int(1, 3)]); const [s, p, dil] = [d.int(1, 2), padding(d), d.int(1, 2)]; return () => tf.conv2d(t4(x()), t4(w()), s, p, 'NHWC', s > 1 ? 1 : dil); },
  conv2dTranspose: (d) => { const [x, w] = [d.plain([1, 2, 3, 2]), d.plain([3, 3, 1, 2])]; return () => tf.conv2dTranspose(t4(x()), t4(w()), [1, 4, 6, 1], 2, 'same'); },
  depthwiseConv2d: (d) => { const x = image(d); const w = d.plain([2, d.int(1, 2), x.shape[3] ?? 1, d.int(1, 2)]); const [s, p] = [d.int(1, 2), padding(d)]; return () => tf.depthwiseConv2d(t4(x()), t4(w()), s, p); },
  separableConv2d: (d) => { const [x, a, b] = [image(d, 2), d.plain([2, 2, 2, 2]), d.plain([1, 1, 4, 3])]; return () => tf.separableConv2d(t4(x()), t4(a()), t4(b()), 1, 'same'); },
  conv3d: (d) => { const [x, w] = [d.plain([1, 3, 3, 2, 2]), d.plain([2, d.int(1, 2), 1, 2, 2])]; const [s, p] = [d.int(1, 2), padding(d)]; return () => tf.conv3d(x() as tf.Tensor5D, w() as tf.Tensor5D, s, p); },
  conv3dTranspose: (d) => { const [x, w] = [d.plain([1, 2, 1, 2, 2]), d.plain([2, 2, 2, 1, 2])]; return () => tf.conv3dTranspose(x() as tf.Tensor5D, w() as tf.Tensor5D, [1, 4, 2, 4, 1], 2, 'same'); },
  'fused.conv2d': (d) => { const [x, w, b] = [image(d, 2), d.plain([2, 2, 2, 3]), d.plain([3])]; const activation = d.note('', d.of(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)); return () => tf.fused.conv2d({ x: t4(x()), filter: t4(w()), strides: 1, pad: 'same', bias: b(), activation, leakyreluAlpha: 0.1 }); },
  'fused.depthwiseConv2d': (d) => { const [x, w, b] = [image(d, 2), d.plain([2, 2, 2, 1]), d.plain([2])]; return () => tf.fused.depthwiseConv2d({ x: t4(x()), filter: t4(w()), strides: 1, pad: 'same', bias: b(), activation: 'relu6' }); },
  dilation2d: (d) => { const [x, w] = [image(d, 2), d.plain([2, 2, 2])]; return () => tf.dilation2d(t4(x()), w() as tf.Tensor3D, 1, 'same'); },
  maxPool: (d) => { const x = image(d); const [k, s, p] = [d.int(1, 2), d.int(1, 3), padding(d)]; return () => tf.maxPool(t4(x()), k, s, p); },
  avgPool: (d) => { const x = image(d); const [k, s, p] = [d.int(1, 2), d.int(1, 3), padding(d)]; return () => tf.avgPool(t4(x()), k, s, p); },
  pool: (d) => { const x = image(d); const [k, kind, p] = [d.int(1, 2), d.of(['max', 'avg'] as const), padding(d)]; return () => tf.pool(t4(x()), k, kind, p, d.int(1, 1)); },
  maxPool3d: (d) => { const x = d.plain([1, 3, 2, 3, 2]); const [s, p] = [d.int(1, 2), padding(d)]; return () => tf.maxPool3d(x() as tf.Tensor5D, 2, s, p); },
  avgPool3d: (d) => { const x = d.plain([1, 3, 2, 3, 2]); const [s, p] = [d.int(1, 2), padding(d)]; return () => tf.avgPool3d(x() as tf.Tensor5D, 2, s, p); },
  maxPoolWithArgmax: (d) => { const x = image(d); const [p, batch] = [padding(d), d.bool()]; return () => { const { result, indexes } = tf.maxPoolWithArgmax(t4(x()), 2, 1, p, batch); return [result as tf.Tensor, indexes as tf.Tensor]; }; },
  localResponseNormalization: (d) => { const x = image(d, 3); return () => tf.localResponseNormalization(t4(x()), 1, 1, 0.7, 0.6); },
  ...Object.fromEntries(Object.entries({ batchNorm: tf.batchNorm, batchNorm2d: tf.batchNorm2d, batchNorm3d: tf.batchNorm3d, batchNorm4d: tf.batchNorm4d }).map(([name, f], i): [string, Operator] => [name, (d) => { const x = d.plain([2, 3, 2, 2].slice(0, i === 0 ? 2 : i + 1)); const c = [x.shape.at(-1) ?? 1]; const [m, v, o, s] = [d.plain(c), d.tensor(c, 'float32', { special: false, low: 0.1, high: 2 }), d.plain(c), d.plain(c)]; return () => f(x() as never, m() as never, v() as never, o() as never, s() as never); }])),
  'image.resizeBilinear': (d) => { const x = image(d); const [h, w, a] = [d.int(1, 6), d.int(1, 6), d.bool()]; const half = !a && d.bool(); return () => tf.image.resizeBilinear(t4(x()), [h, w], a, half); },
  'image.resizeNearestNeighbor': (d) => { const x = image(d); const [h, w, a] = [d.int(1, 6), d.int(1, 6), d.bool()]; const half = !a && d.bool(); return () => tf.image.resizeNearestNeighbor(t4(x()), [h, w], a, half); },
  'image.cropAndResize': (d) => { const x = d.plain([2, 4, 4, 2]); const { corners } = boxes(d); const [i, method] = [d.indices([5], 2), d.of(['bilinear', 'nearest'] as const)]; return () => tf.image.cropAndResize(t4(x()), corners(), i() as tf.Tensor1D, [3, 2], method, 0.5); },
  'image.flipLeftRight': (d) => { const x = image(d); return () => tf.image.flipLeftRight(t4(x())); },
  'image.grayscaleToRGB': (d) => { const x = image(d, 1); return () => tf.image.grayscaleToRGB(x() as tf.Tensor3D); },
  'image.rgbToGrayscale': (d) => { const x = image(d, 3); return () => tf.image.rgbToGrayscale(x() as tf.Tensor3D); },
  'image.rotateWithOffset': (d) => { const x = image(d); return () => tf.image.rotateWithOffset(t4(x()), 0.7, 0, 0.5); },
  'image.threshold': (d) => { const x = d.tensor([4, 4, 1], 'int32', { low: 0, high: 255 }); const method = d.of(['binary', 'otsu'] as const); return () => tf.image.threshold(x() as tf.Tensor3D, method, false, 0.5); },
  'image.transform': (d) => { const x = image(d); return () => tf.image.transform(t4(x()), tf.tensor2d([1, 0.2, 0, 0.1, 0.9, 0.5, 0, 0], [1, 8])); },
  'image.nonMaxSuppression': (d) => { const { corners, scores } = boxes(d); return () => tf.image.nonMaxSuppression(corners(), scores(), 3, 0.4); },
  'image.nonMaxSuppressionWithScore': (d) => { const { corners, scores } = boxes(d); return () => { const { selectedIndices: i, selectedScores: s } = tf.image.nonMaxSuppressionWithScore(corners(), scores(), 3, 0.4, 0.1, 0.5) as Record<string, tf.Tensor>; return [i!, s!]; }; },
  'image.nonMaxSuppressionPadded': (d) => { const { corners, scores } = boxes(d); return () => { const { selectedIndices: i, validOutputs: v } = tf.image.nonMaxSuppressionPadded(corners(), scores(), 3, 0.4, 0.1, true) as Record<string, tf.Tensor>; return [i!, v!]; }; },
}; // biome-ignore format: a table

const signals: Record<string, Operator> = {
  complex: (d) => { const z = complexOf(d, d.shape()); return () => z(); },
  ...Object.fromEntries(Object.entries({ real: tf.real, imag: tf.imag, fft: tf.fft, ifft: tf.ifft }).map(([name, f]): [string, Operator] => [name, (d) => { const z = complexOf(d, [...d.shape(0, 2, false), d.int(1, 7)]); return () => (name === 'fft' || name === 'ifft' ? parts(f(z())) : f(z())); }])),
  rfft: (d) => { const x = d.plain([d.int(1, 2), d.int(2, 8)]); return () => parts(tf.rfft(x())); },
  irfft: (d) => { const z = complexOf(d, [d.int(1, 2), d.int(2, 5)]); return () => tf.irfft(z()); },
  'spectral.fft': (d) => { const z = complexOf(d, [5]); return () => parts(tf.spectral.fft(tf.mul(tf.reshape(z(), [1, 5]), z()))); },
  'signal.frame': (d) => { const x = d.plain([9]); const [l, s, end] = [d.int(1, 4), d.int(1, 3), d.bool()]; return () => tf.signal.frame(x() as tf.Tensor1D, l, s, end, 0.5); },
  'signal.stft': (d) => { const x = d.plain([16]); return () => parts(tf.signal.stft(x() as tf.Tensor1D, 6, 3)); },
  'signal.hammingWindow': (d) => { const n = d.int(1, 9); return () => tf.signal.hammingWindow(n); },
  'signal.hannWindow': (d) => { const n = d.int(1, 9); return () => tf.signal.hannWindow(n); },
  cosineWindow: (d) => { const n = d.int(1, 9); return () => (tf as unknown as { cosineWindow(n: number, a: number, b: number): tf.Tensor }).cosineWindow(n, 0.4, 0.6); },
}; // biome-ignore format: a table

const made: Record<string, Operator> = {
  ...Object.fromEntries(Object.entries({ zeros: tf.zeros, ones: tf.ones }).map(([name, f]): [string, Operator] => [name, (d) => { const [s, t] = [d.shape(), d.dtype()]; return () => f(s, t); }])),
  fill: (d) => { const [s, t, v] = [d.shape(), d.of(['float32', 'int32'] as const), d.int(-3, 3)]; return () => tf.fill(s, v, t); },
  eye: (d) => { const [m, n] = [d.int(1, 4), d.int(1, 4)]; return () => tf.eye(m, n, [2]); },
  linspace: (d) => { const [a, b, n] = [d.int(-3, 0), d.int(0, 3), d.int(1, 6)]; return () => tf.linspace(a, b, n); },
  range: (d) => { const [a, b, s] = [d.int(-5, 5), d.int(-5, 5), d.of([1, 0.5, 2, -1])]; return () => tf.range(a, b, s); },
  'math.confusionMatrix': (d) => { const [a, b] = [d.indices([5], 3), d.indices([5], 3)]; return () => tf.math.confusionMatrix(a() as tf.Tensor1D, b() as tf.Tensor1D, 3); },
  movingAverage: (d) => { const x = d.plain([3]); return () => { const v = tf.variable(tf.tensor1d([1, 2, 3])); const y = tf.movingAverage(v, x() as tf.Tensor1D, 0.9, 3); v.dispose(); return y; }; },
  dropout: (d) => { const x = d.plain([40]); return () => tf.dropout(x(), 0.3, undefined, 7); },
}; // biome-ignore format: a table

const losses: Record<string, Operator> = Object.fromEntries(
  (['absoluteDifference', 'computeWeightedLoss', 'hingeLoss', 'huberLoss', 'logLoss', 'meanSquaredError', 'sigmoidCrossEntropy', 'softmaxCrossEntropy', 'cosineDistance'] as const).map((name): [string, Operator] => [`losses.${name}`, (d) => {
    const positive = { special: false, low: 0.1, high: 0.9 };
    const [labels, predictions, weights] = [d.tensor([3, 2], 'float32', positive), d.tensor([3, 2], 'float32', positive), d.plain(name === 'softmaxCrossEntropy' ? [3] : [3, 1])];
    const reduction = d.int(0, 3);
    return () => name === 'computeWeightedLoss' ? tf.losses.computeWeightedLoss(predictions(), weights(), reduction)
      : name === 'cosineDistance' ? tf.losses.cosineDistance(labels(), predictions(), 1, weights(), reduction)
      : name === 'softmaxCrossEntropy' ? tf.losses.softmaxCrossEntropy(labels(), predictions(), weights(), 0.1, reduction)
      : name === 'sigmoidCrossEntropy' ? tf.losses.sigmoidCrossEntropy(labels(), predictions(), weights(), 0.1, reduction)
      : name === 'huberLoss' || name === 'logLoss' ? tf.losses[name](labels(), predictions(), weights(), undefined, reduction)
      : tf.losses[name](labels(), predictions(), weights(), reduction);
  }]),
); // biome-ignore format: a table

const metrics: Record<string, Operator> = Object.fromEntries(
  (['binaryAccuracy', 'binaryCrossentropy', 'categoricalAccuracy', 'categoricalCrossentropy', 'cosineProximity', 'meanAbsoluteError', 'meanAbsolutePercentageError', 'meanSquaredError', 'precision', 'recall', 'r2Score'] as const).map((name): [string, Operator] => [`metrics.${name}`, (d) => {
    const [labels, predictions] = [d.tensor([4, 3], 'float32', { special: false, low: 0.1, high: 0.9 }), d.tensor([4, 3], 'float32', { special: false, low: 0.1, high: 0.9 })];
    const rounded = name === 'precision' || name === 'recall';
    return () => tf.metrics[name](rounded ? tf.round(labels()) : labels(), rounded ? tf.round(predictions()) : predictions());
  }]),
); // biome-ignore format: a table

/** By the name under tf. */
export const operators: Readonly<Record<string, Operator>> = {
  ...firstOperators,
  ...products,
  ...windows,
  ...signals,
  ...made,
  ...losses,
  ...metrics,
};
