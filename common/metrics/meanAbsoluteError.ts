import type { Numbers } from './inputs.js';
import { meanMetric } from './mean.js';
import { pairValues } from './pairs.js';

/** Mean of |prediction - target| over all values: scikit-learn's `mean_absolute_error`. `update(predictions, targets)` of equal shape. */
export function createMeanAbsoluteError() {
  return meanMetric<[predictions: Numbers, targets: Numbers]>('meanAbsoluteError', {}, (predictions, targets) =>
    pairValues(predictions, targets, (a, b) => Math.abs(a - b)),
  );
}
