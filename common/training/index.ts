export { checkpoints } from './callbacks/checkpoints.js';
export { csv } from './callbacks/csv.js';
export { onnx } from './callbacks/onnx.js';
export { confusionPlot, curvesPlot, mistakesPlot } from './callbacks/plots.js';
export { progress } from './callbacks/progress.js';
export { summary } from './callbacks/summary.js';
export type { Callback, Mistake, Result } from './callbacks.js';
export { type Checkpoint, loadCheckpoint } from './checkpoint.js';
export type { BatchSource, Epoch } from './epoch.js';
export { type Evaluation, evaluator } from './evaluate.js';
export { findRun, isRunFolder, outputsDir } from './folder.js';
export { type LoadedModel, loadModel } from './loadModel.js';
export { lockRun } from './lock.js';
export { type Classifier, modelToOnnx, preprocessingOf } from './onnx.js';
export type { Task } from './parts.js';
export type { Run } from './run.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type FileTensor,
  readSafetensors,
  type Safetensors,
  toStateDict,
  writeSafetensors,
} from './safetensors.js';
export { defaultCallbacks, type RunOptions, startRun } from './start.js';
export type { Row, RunState } from './state.js';
