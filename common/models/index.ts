export { createModel, modelNames, parseModelSpec } from './createModel.js';
export { convertHubVit, type HubVit } from './hubVit.js';
export { ImageModel, SequentialModel } from './imageModel.js';
export { type Padding, Seq2Seq, type Seq2SeqOptions } from './seq2seq.js';
export { cacheNames, exportDecoder, exportEncoder, type Seq2SeqOnnxOptions } from './seq2seqOnnx.js';
export {
  type ImageTask,
  type ModelSpec,
  type ModelSpecInput,
  modelSchema,
  type SpecOf,
  vitSchema,
  vitSizes,
} from './spec.js';
export { Transformer, type TransformerMasks, type TransformerOptions } from './transformer.js';
export { VisionTransformer } from './vit.js';
