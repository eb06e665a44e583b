export { attentionRollout, classTokenMap, type RolloutOptions } from './attentionRollout.js';
export { type AttentionMap, attentionMatrix, captureAttention } from './captureAttention.js';
export type { Classes, Explained, ImageClassifier } from './classScores.js';
export { type FilterOptions, filterImages } from './filters.js';
export { type GradCam, type GradCamOptions, gradCam } from './gradCam.js';
export { resizeMap } from './resizeMap.js';
export {
  type Attribution,
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
  type SmoothGradOptions,
  saliency,
  smoothGrad,
} from './saliency.js';
