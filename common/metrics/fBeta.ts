import { UserError } from '../utils/index.js';
import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';
import { type AverageOptions, average, type ClassCounts, checkAverage, classCounts, divide } from './perClass.js';

export interface FBetaOptions extends AverageOptions {
  /** How many times more recall counts than precision; default 1. */
  beta?: number;
}

/** Of one class's counts. */
export const of =
  ({ beta = 1, zeroDivision = 0 }: FBetaOptions) =>
  ({ truePositives, predicted, support }: ClassCounts): number =>
    beta === Number.POSITIVE_INFINITY
      ? divide(truePositives, support, zeroDivision)
      : divide((1 + beta ** 2) * truePositives, beta ** 2 * support + predicted, zeroDivision);

/**
 * F-beta, (1 + β²) tp / ((1 + β²) tp + β² fn + fp): the weighted harmonic mean of precision and recall, averaged over the classes
 * (van Rijsbergen, «Information Retrieval», 1979). `counts`: a confusion matrix. scikit-learn's `fbeta_score(labels=range(classes))`.
 */
export function fBeta(counts: Counts, options: FBetaOptions = {}): number {
  check({ ...options, classes: counts.length });
  return average(classCounts(counts), options, of(options));
}

/** F-beta of each class; `zeroDivision` (default 0) for a class that neither is there nor was predicted. */
export function fBetaPerClass(counts: Counts, options: FBetaOptions = {}): number[] {
  return classCounts(counts).map(of(options));
}

/** Streaming `fBeta`: `update(predictions, targets)` as ConfusionMatrix's. */
export function createFBeta(options: ClassesOptions & FBetaOptions) {
  check(options);
  return confusionMetric('fBeta', options, (counts) => fBeta(counts, options));
}

function check(options: ClassesOptions & FBetaOptions): void {
  checkAverage(options);
  if (!((options.beta ?? 1) >= 0)) throw new UserError(`beta is ${options.beta}; it must be at least 0`);
}
