import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Streaming accuracy: the share of samples whose predicted class is the target. `update(predictions, targets)` as ConfusionMatrix's. */
export function createAccuracy(options: ClassesOptions) {
  return confusionMetric(
    'accuracy',
    options,
    (counts) => sum(counts.map((row, i) => row[i] ?? 0)) / sum(counts.map(sum)),
  );
}

/** Mean recall over the classes that have samples, so that rare classes count as much as frequent ones. scikit-learn's `balanced_accuracy_score`. */
export function balancedAccuracy(counts: Counts): number {
  const recalls = counts.map((row, i) => (row[i] ?? 0) / sum(row)).filter((recall) => !Number.isNaN(recall));
  return sum(recalls) / recalls.length;
}

/** Streaming `balancedAccuracy`. */
export function createBalancedAccuracy(options: ClassesOptions) {
  return confusionMetric('balancedAccuracy', options, balancedAccuracy);
}
