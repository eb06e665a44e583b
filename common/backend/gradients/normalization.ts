import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { fusedKernels } from '../kernels/fused.js';
import { knownSoftmaxKernel } from '../kernels/names.js';
import { composedGradient } from './composed.js';
import { at, gradient, none, run } from './gradient.js';

// Gradients of the gradients of normalisations.

/** x̂ and 1/σ over these axes, which are kept as 1. */
function normalise(x: Tensor, axes: number[], eps: number): { normal: Tensor; inverse: Tensor } {
  const centred = core.sub(x, core.mean(x, axes, true));
  const inverse = core.rsqrt(core.add(core.mean(core.square(centred), axes, true), eps));
  return { normal: core.mul(centred, inverse), inverse };
}

/** g less its mean and less its part along x̂, over these axes. */
const projected = (g: Tensor, normal: Tensor, axes: number[]): Tensor => {
  const along = core.mul(normal, core.mean(core.mul(g, normal), axes, true));
  return core.sub(core.sub(g, core.mean(g, axes, true)), along);
};

/** Sums over a window of channels, as a product with a band matrix. */
function windowSum(x: Tensor, radius: number): Tensor {
  const channels = x.shape[x.rank - 1] ?? 1;
  const places = core.range(0, channels, 1);
  const distance = core.abs(core.sub(core.reshape(places, [channels, 1]), places));
  const band = core.cast(core.lessEqual(distance, radius), 'float32');
  return core.reshape(core.matMul(core.reshape(x, [-1, channels]), band as core.Tensor2D), x.shape);
}

export const normalizationGradients = [
  composedGradient<{ eps: number }>(fusedKernels.layerNormGrad, {
    of: ['dy', 'x', 'weight'],
    derived: ['mean', 'inverse'],
    outputs: (inputs, { eps }) => {
      const [dy, x, weight] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
      const { normal, inverse } = normalise(x, [x.rank - 1], eps);
      const rows = x.shape.slice(0, -1).map((_, i) => i);
      const sum = (t: Tensor) => (rows.length === 0 ? t : core.sum(t, rows));
      const dx = core.mul(projected(core.mul(dy, weight), normal, [x.rank - 1]), inverse);
      return [dx, sum(core.mul(dy, normal)), sum(dy)];
    },
  }),
  composedGradient<{ eps: number }>(fusedKernels.batchNormGrad, {
    of: ['dy', 'x', 'weight'],
    derived: ['mean', 'variance'],
    outputs: (inputs, { eps }) => {
      const [dy, x, weight] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
      const axes = [0, 1, 2];
      const { normal, inverse } = normalise(x, axes, eps);
      const dx = core.mul(projected(core.mul(dy, weight), normal, axes), inverse);
      return [dx, core.sum(core.mul(dy, normal), axes), core.sum(dy, axes)];
    },
  }),
  composedGradient<core.LRNGradAttrs>(core.LRNGrad, {
    of: ['dy', 'x'],
    derived: ['y'],
    outputs: (inputs, { depthRadius, bias, alpha, beta }) => {
      const [dy, x] = [at(inputs, 0), at(inputs, 1)];
      const norm = core.add(core.mul(windowSum(core.square(x), depthRadius), alpha), bias);
      const scale = core.pow(norm, -beta);
      const shared = windowSum(core.div(core.mul(dy, core.mul(x, scale)), norm), depthRadius);
      return [core.sub(core.mul(dy, scale), core.mul(core.mul(x, shared), 2 * alpha * beta))];
    },
  }),
  gradient(knownSoftmaxKernel, {
    save: ['logits', 'probabilities'],
    of: (dy, saved) => {
      const [logits, probabilities] = [at(saved, 0), at(saved, 1)];
      return {
        logits: () => {
          const y = run(knownSoftmaxKernel, { logits, probabilities }, {});
          const weighted = core.mul(dy, y);
          return core.sub(weighted, core.mul(core.sum(weighted, -1, true), y));
        },
        probabilities: none(probabilities),
      };
    },
  }),
];
