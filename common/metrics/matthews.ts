import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';

/**
 * Matthews' correlation of labels and predictions, for two or more classes (Matthews 1975; Gorodkin 2004):
 * (c·n - Σ t·p) / √((n² - Σ p²)(n² - Σ t²)), where c are the hits, n the samples, t and p each class's true and predicted counts.
 * 0 where labels or predictions are all one class, as scikit-learn's `matthews_corrcoef`; NaN without samples.
 */
export function matthews(counts: Counts): number {
  const trueSums = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const predictedSums = counts.map((_, j) => counts.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  const hits = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const total = trueSums.reduce((a, b) => a + b, 0);
  if (total === 0) return Number.NaN;
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const spread = (total ** 2 - dot(predictedSums, predictedSums)) * (total ** 2 - dot(trueSums, trueSums));
  return spread === 0 ? 0 : (hits * total - dot(trueSums, predictedSums)) / Math.sqrt(spread);
}

/** Streaming `matthews`: `update(predictions, targets)` as ConfusionMatrix's. */
export function createMatthews(options: ClassesOptions) {
  return confusionMetric('matthews', options, matthews);
}
