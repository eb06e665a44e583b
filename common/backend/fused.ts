import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from './kernels/fused.js';
import { knownSoftmaxKernel } from './kernels/names.js';

// Operators that PyTorch has whole and tfjs writes as a dozen. On the onnx backend each is one node with one node of gradient; on any other
// backend it is composed of tfjs's operators, so that the same models run there.

const has = (kernelName: string): boolean => tf.getKernel(kernelName, tf.getBackend()) !== undefined;

// tfjs types what runKernel returns by the caller's wish: these two helpers are where that wish is stated.
const run = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor[] => {
  const out: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, attrs);
  return Array.isArray(out) ? out : [out];
};
const nth = (list: readonly tf.Tensor[], i: number): tf.Tensor => {
  const tensor = list[i];
  if (tensor === undefined) throw new Error(`a kernel gave ${list.length} outputs, not ${i + 1}`);
  return tensor;
};
const firstOf = (dy: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(dy) ? nth(dy, 0) : dy);

tf.registerGradient({
  kernelName: fusedKernels.layerNorm,
  inputsToSave: ['x', 'weight'],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, weight, mean, inverse] = [0, 1, 2, 3].map((i) => nth(saved, i)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    // Called once a gradient, on purpose: equal nodes of a graph are made once.
    const gradient = (i: number) => () =>
      nth(run(fusedKernels.layerNormGrad, { dy: firstOf(dy), x, weight, mean, inverse }, attrs), i);
    return { x: gradient(0), weight: gradient(1), bias: gradient(2) };
  },
});

tf.registerGradient({
  kernelName: fusedKernels.batchNorm,
  inputsToSave: ['x', 'weight'],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, weight, mean, variance] = [0, 1, 2, 3].map((i) => nth(saved, i)) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const gradient = (i: number) => () =>
      nth(run(fusedKernels.batchNormGrad, { dy: firstOf(dy), x, weight, mean, variance }, attrs), i);
    return { x: gradient(0), weight: gradient(1), bias: gradient(2) };
  },
});

tf.registerGradient({
  kernelName: fusedKernels.gelu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => ({ x: () => nth(run(fusedKernels.geluGrad, { dy: firstOf(dy), x: nth(saved, 0) }), 0) }),
});

tf.registerGradient({
  kernelName: fusedKernels.softmaxCrossEntropy,
  inputsToSave: ['logits', 'targets'],
  outputsToSave: [false, true],
  gradFunc: (dy, saved) => {
    const [logits, targets] = [nth(saved, 0), nth(saved, 1)];
    const probabilities = () => nth(run(knownSoftmaxKernel, { logits, probabilities: nth(saved, 2) }), 0);
    const dLoss = () => tf.expandDims(firstOf(dy), -1);
    return {
      logits: () => tf.mul(tf.sub(tf.mul(probabilities(), tf.sum(targets, -1, true)), targets), dLoss()),
      targets: () => tf.mul(tf.neg(logProbabilities(logits)), dLoss()),
    };
  },
});

/** Unlike tf.logSoftmax it can be differentiated twice. */
const logProbabilities = (logits: tf.Tensor): tf.Tensor => tf.sub(logits, tf.logSumExp(logits, -1, true));

/**
 * Layer normalisation over the last axis (Ba et al. 2016): (x − mean)/√(variance + eps)·weight + bias, biased variance.
 * x is […, d], weight and bias are [d].
 */
export function layerNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor1D, bias: tf.Tensor1D, eps: number): T {
  if (has(fusedKernels.layerNorm)) return nth(run(fusedKernels.layerNorm, { x, weight, bias }, { eps }), 0) as T;
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps))), weight), bias);
}

/**
 * Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015) of x [batch, height, width, channels]. Returns y, and the
 * batch's mean and biased variance [channels], through which no gradient flows.
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D,
  eps: number,
): { y: tf.Tensor4D; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  if (has(fusedKernels.batchNorm)) {
    const out = run(fusedKernels.batchNorm, { x, weight, bias }, { eps });
    return { y: nth(out, 0) as tf.Tensor4D, mean: nth(out, 1) as tf.Tensor1D, variance: nth(out, 2) as tf.Tensor1D };
  }
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const y: tf.Tensor4D = tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps))), weight), bias);
  return { y, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** Gaussian error linear unit in its exact form x·Φ(x) (Hendrycks and Gimpel 2016), as torch.nn.GELU's default. */
export function gelu<T extends tf.Tensor>(x: T): T {
  if (has(fusedKernels.gelu)) return nth(run(fusedKernels.gelu, { x }), 0) as T;
  return tf.mul(tf.mul(x, tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)), 0.5);
}

/** log softmax over the last axis: one pass over memory, where tf.logSoftmax is composed of five. */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  if (has(tf.LogSoftmax)) return nth(run(tf.LogSoftmax, { logits }, { axis: -1 }), 0) as T;
  return tf.logSoftmax(logits);
}

/** −Σ targets·log softmax(logits) over the last axis: one loss a row. Targets are probabilities of the same shape. */
export function softmaxCrossEntropy(logits: tf.Tensor2D, targetProbabilities: tf.Tensor2D): tf.Tensor1D {
  // tf.oneHot makes int32.
  const targets = tf.cast(targetProbabilities, 'float32');
  if (has(fusedKernels.softmaxCrossEntropy))
    return nth(run(fusedKernels.softmaxCrossEntropy, { logits, targets }), 0) as tf.Tensor1D;
  return tf.neg(tf.sum(tf.mul(targets, logProbabilities(logits)), -1));
}
