export { applyMix, mixLabels } from './apply.js';
export { drawMix, type Mix, type MixAt, type MixParameters } from './draw.js';
export { type MixInput, mixSchema } from './schema.js';
export { mixImages, mixWeights } from './tensors.js';
