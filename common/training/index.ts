export { findRun } from '../config/index.js';
export { type CheckpointsOptions, checkpoints } from './callbacks/checkpoints.js';
export { csv } from './callbacks/csv.js';
export { type EarlyStoppingOptions, earlyStopping } from './callbacks/earlyStopping.js';
export { learningRate } from './callbacks/learningRate.js';
export { modelTable } from './callbacks/modelTable.js';
export { type NotFiniteOptions, stopAtNaN } from './callbacks/notFinite.js';
export { onnx } from './callbacks/onnx.js';
export { confusionPlot, curvesPlot, mistakesPlot } from './callbacks/plots.js';
export { profiler } from './callbacks/profiler.js';
export { progress } from './callbacks/progress.js';
export { samplePredictions } from './callbacks/samples.js';
export { summary } from './callbacks/summary.js';
export type { Callback, Mistake, Result } from './callbacks.js';
export { type Checkpoint, loadCheckpoint } from './checkpoint.js';
export type { BatchSource, Epoch } from './epoch.js';
export { type Evaluation, evaluator } from './evaluate.js';
export { type FitBatch, type FitOptions, type Fitted, fit } from './fit.js';
export { isRunFolder, outputsDir } from './folder.js';
export { type Limits, type LimitsInput, limitsSchema } from './limits.js';
export { type LoadedModel, loadModel } from './loadModel.js';
export { lockRun } from './lock.js';
export {
  type Embedding,
  type HParam,
  jsonLines,
  type Logger,
  LoggerGroup,
  type LoggerPlace,
  type LoggersOptions,
  loggerOf,
  loggers,
  type OpenLogger,
  tensorBoard,
} from './loggers/index.js';
export * from './lrFinder/index.js';
export { hardLabels, mixing } from './mixing.js';
export { type LayerSummary, type ModelSummary, modelSummary } from './modelSummary.js';
export { type Classifier, modelToOnnx, type OnnxOptions, preprocessingOf, saveModelAsOnnx } from './onnx.js';
export type { Monitor, Stateful, Task } from './parts.js';
export { openPredictor, type Prediction, type Predictor } from './predict.js';
export type { Run } from './run.js';
export {
  averageCheckpoints,
  type ColumnValue,
  checkColumn,
  columnNames,
  comparedMetrics,
  comparisonFigure,
  diffRuns,
  filterRuns,
  type RunDiff,
  type RunInfo,
  type RunStatus,
  readRunInfo,
  sortRuns,
  valueAt,
  writeAverage,
} from './runs/index.js';
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
export { compareOnnx, type OnnxComparison, type OnnxTiming, onnxThreads, timeOnnx } from './validateOnnx.js';
