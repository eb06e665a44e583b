import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';
import { type AverageOptions, average, type ClassCounts, checkAverage, classCounts, divide } from './perClass.js';

/** Of one class's counts. */
export const of = (zeroDivision: number) => (counts: ClassCounts) =>
  divide(counts.truePositives, counts.support, zeroDivision);

/**
 * Recall, tp / (tp + fn): the share of a class's samples that were found, averaged over the classes.
 * `counts`: a confusion matrix. scikit-learn's `recall_score(labels=range(classes))`.
 */
export function recall(counts: Counts, options: AverageOptions = {}): number {
  checkAverage({ ...options, classes: counts.length });
  return average(classCounts(counts), options, of(options.zeroDivision ?? 0));
}

/** Recall of each class; `zeroDivision` (default 0) where it is undefined. */
export function recallPerClass(counts: Counts, { zeroDivision = 0 }: AverageOptions = {}): number[] {
  return classCounts(counts).map(of(zeroDivision));
}

/** Streaming `recall`: `update(predictions, targets)` as ConfusionMatrix's. */
export function createRecall(options: ClassesOptions & AverageOptions) {
  checkAverage(options);
  return confusionMetric('recall', options, (counts) => recall(counts, options));
}
