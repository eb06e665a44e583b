// Metrics. `accuracy` works on tensors inside compiled steps; all others on the host, over a stream of batches:
//
//   const f1 = createFBeta({ classes: 10, average: 'macro' });
//   for await (const { image, label } of loader.batches(0)) f1.update(model.forward(image), label);
//   f1.compute();
//
// `create…` gives a Metric (metric.ts): update(predictions, targets), merge(other.state()), compute(), reset(), state(), load(). Predictions and
// targets are tensors, typed arrays or arrays. The plain functions beside them (fBeta, rocCurve, ssim …) are for those who hold all the numbers.
export { accuracy } from './accuracy.js';
export { averagePrecision, createAveragePrecision } from './averagePrecision.js';
export { type Bleu, type BleuOptions, createBleu, SACREBLEU_VERSION, sentenceBleu } from './bleu.js';
export { type BleuTokenizer, bleuTokenizers } from './bleuTokenizers.js';
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapMean,
  bootstrapMetric,
  type ConfidenceInterval,
} from './bootstrap.js';
export { type Calibration, type CalibrationBin, type CalibrationOptions, createCalibration } from './calibration.js';
export { type Chrf, type ChrfOptions, createChrf } from './chrf.js';
export { balancedAccuracy, createAccuracy, createBalancedAccuracy } from './classAccuracy.js';
export { classificationReport } from './classificationReport.js';
export type { ClassScoresOptions } from './classScores.js';
export { cohenKappa, createCohenKappa, type KappaOptions } from './cohenKappa.js';
export { type ClassesOptions, ConfusionMatrix, type ConfusionOptions, type Counts } from './confusionMatrix.js';
export { createFBeta, type FBetaOptions, fBeta, fBetaPerClass } from './fBeta.js';
export type { ImageOptions, Images, RawImages } from './images.js';
export type { Numbers } from './inputs.js';
export { createLogLoss, type LogLossOptions } from './logLoss.js';
export { createMatthews, matthews } from './matthews.js';
export { createMean } from './mean.js';
export { createMeanAbsoluteError } from './meanAbsoluteError.js';
export { createMeanSquaredError, type MeanSquaredErrorOptions } from './meanSquaredError.js';
export type { Metric, MetricState } from './metric.js';
export { createMultilabel, type MultilabelOptions, type MultilabelScores } from './multilabel.js';
export type { Average, AverageOptions } from './perClass.js';
export { createPerplexity, type PerplexityOptions } from './perplexity.js';
export { createPrecision, precision, precisionPerClass } from './precision.js';
export { createPrecisionRecallCurve, type PrecisionRecallCurve, precisionRecallCurve } from './precisionRecallCurve.js';
export { createPsnr, psnr } from './psnr.js';
export { createR2, type R2, type R2Options } from './r2.js';
export { createRecall, recall, recallPerClass } from './recall.js';
export { createRoc, type RocAucOptions, type RocCurve, type RocOptions, rocAuc, rocCurve } from './roc.js';
export { createRocAuc, type RocAucPerClassOptions } from './rocAucPerClass.js';
export type { References } from './segments.js';
export { createSsim, type SsimOptions, ssim } from './ssim.js';
export { createTopKAccuracy, type TopKOptions } from './topKAccuracy.js';
