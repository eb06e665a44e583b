import { UserError } from '../utils/index.js';
import { type ClassesOptions, type Counts, confusionMetric } from './confusionMatrix.js';

export interface KappaOptions {
  /** How a disagreement by d classes counts: all alike (`none`, default), |d| (`linear`) or d² (`quadratic`), for classes that have an order. */
  weights?: 'none' | 'linear' | 'quadratic';
}

const weightOf = {
  none: (distance: number) => (distance === 0 ? 0 : 1),
  linear: (distance: number) => Math.abs(distance),
  quadratic: (distance: number) => distance ** 2,
} as const;

/**
 * Cohen's kappa, 1 - Σ w·observed / Σ w·expected: agreement beyond what chance gives (Cohen 1960; weighted: Cohen 1968). NaN where it is
 * undefined: without samples, or where labels and predictions are all one class. scikit-learn's `cohen_kappa_score`.
 */
export function cohenKappa(counts: Counts, { weights = 'none' }: KappaOptions = {}): number {
  const weight = weightOf[weights];
  if (weight === undefined) throw new UserError(`weights "${weights}" is none of ${Object.keys(weightOf).join(', ')}`);
  const trueSums = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const predictedSums = counts.map((_, j) => counts.reduce((sum, row) => sum + (row[j] ?? 0), 0));
  const total = trueSums.reduce((a, b) => a + b, 0);
  let observed = 0;
  let expected = 0;
  counts.forEach((row, i) => {
    row.forEach((count, j) => {
      observed += weight(i - j) * count;
      expected += weight(i - j) * (trueSums[i] ?? 0) * (predictedSums[j] ?? 0);
    });
  });
  return expected === 0 ? Number.NaN : 1 - (observed * total) / expected;
}

/** Streaming `cohenKappa`: `update(predictions, targets)` as ConfusionMatrix's. */
export function createCohenKappa(options: ClassesOptions & KappaOptions) {
  return confusionMetric('cohenKappa', options, (counts) => cohenKappa(counts, options));
}
