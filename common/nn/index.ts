export { readVariable, type StateDict, type StateTensor, writeVariable } from '../backend/state.js';
export { GELU, ReLU } from './activations.js';
export {
  Attention,
  type AttentionOptions,
  type KeysAndValues,
  MultiHeadAttention,
  scaledDotProductAttention,
} from './attention.js';
export { BatchNorm2d } from './batchNorm.js';
export { Conv2d, type Conv2dOptions } from './conv2d.js';
export { Dropout, DropPath } from './dropout.js';
export { Embedding } from './embedding.js';
export { exportModule, saveModule } from './exportModule.js';
export { Flatten } from './flatten.js';
export { type Generator, generator } from './generator.js';
export { gradientCheckpoint } from './gradientCheckpoint.js';
export { initialise } from './initialise.js';
export {
  constant,
  fans,
  gain,
  type Initialiser,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type Nonlinearity,
  normal,
  ones,
  torchDefault,
  truncNormal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from './initialisers.js';
export { LayerNorm } from './layerNorm.js';
export { Linear, linear } from './linear.js';
export { causalMask, combineMasks, paddingMask } from './masks.js';
export { Layer, Module } from './module.js';
export { observeAttention } from './observeAttention.js';
export { buffer, parameter, setInitialiser } from './parameter.js';
export { GlobalAvgPool2d, MaxPool2d } from './pooling.js';
export { sinusoidalPositions } from './positions.js';
export { Identity, Sequential } from './sequential.js';
export { asImages, asMatrix, asSequence } from './shapes.js';
export { TransformerDecoderLayer, TransformerEncoderLayer, type TransformerLayerOptions } from './transformerLayers.js';
