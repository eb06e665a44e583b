import * as tf from '@tensorflow/tfjs-core';
import { OnnxBackend } from './backend.js';
import { BACKEND_NAME, bindKernels } from './kernels/index.js';
import { loadTfjsAtFirstUse } from './tfjs.js';

tf.registerBackend(
  BACKEND_NAME,
  () => {
    const backend = new OnnxBackend();
    bindKernels(backend);
    return backend;
  },
  10,
);
tf.setBackend(BACKEND_NAME);
loadTfjsAtFirstUse();

export { type Compiled, type CompileOptions, compile } from './compile.js';
export { type ExportOptions, exportOnnx } from './export.js';
export { batchNormTraining, gelu, layerNorm, logSoftmax, softmaxCrossEntropy } from './fused.js';
export { type LoadedModel, loadOnnx } from './loadOnnx.js';
export { inScope } from './origin.js';
export { hash32, random, uniformAt } from './random.js';
export { afterStep, isRecording, live } from './recording.js';
export { type SaveOptions, saveOnnx } from './saveOnnx.js';
export { configureEngine, endProfiling, engineSettings, providers, type SessionOptions } from './session.js';
export { type EngineStats, engineStats } from './stats.js';
export { defaultOpset, newestOpset, oldestOpset, type Provider, type Target } from './target.js';
