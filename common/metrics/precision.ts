import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';
import { type AverageOptions, average, type ClassCounts, checkAverage, classCounts, divide } from './perClass.js';

/** Of one class's counts. */
export const of = (zeroDivision: number) => (counts: ClassCounts) =>
  divide(counts.truePositives, counts.predicted, zeroDivision);

/**
 * Precision, tp / (tp + fp): the share of what was predicted as a class that is of that class, averaged over the classes.
 * `counts`: a confusion matrix. scikit-learn's `precision_score(labels=range(classes))`.
 */
export function precision(counts: Counts, options: AverageOptions = {}): number {
  checkAverage({ ...options, classes: counts.length });
  return average(classCounts(counts), options, of(options.zeroDivision ?? 0));
}

/** Precision of each class; `zeroDivision` (default 0) where it is undefined. */
export function precisionPerClass(counts: Counts, { zeroDivision = 0 }: AverageOptions = {}): number[] {
  return classCounts(counts).map(of(zeroDivision));
}

/** Streaming `precision`: `update(predictions, targets)` as ConfusionMatrix's. */
export function createPrecision(options: ClassesOptions & AverageOptions) {
  checkAverage(options);
  return confusionMetric('precision', options, (counts) => precision(counts, options));
}
