import { type GradConfig, getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';
import { activationGradients } from './activation.js';
import { convolutionGradients } from './convolution.js';
import { cumulativeGradients } from './cumulative.js';
import { einsumGradients } from './einsum.js';
import { elementwiseGradients } from './elementwise.js';
import { imageGradients } from './image.js';
import { indexingGradients } from './indexing.js';
import { normalizationGradients } from './normalization.js';
import { poolingGradients } from './pooling.js';

/** Gradients that tfjs lacks, or has in a form that is wrong somewhere or costs more than it must. They hold on every backend. */
export const gradients: readonly GradConfig[] = [
  ...activationGradients,
  ...convolutionGradients,
  ...cumulativeGradients,
  ...einsumGradients,
  ...elementwiseGradients,
  ...imageGradients,
  ...indexingGradients,
  ...normalizationGradients,
  ...poolingGradients,
];

for (const config of gradients) {
  if (getGradient(config.kernelName) !== undefined) unregisterGradient(config.kernelName);
  registerGradient(config);
}
