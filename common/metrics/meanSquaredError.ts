import type { Numbers } from './inputs.js';
import { meanMetric } from './mean.js';
import { pairValues } from './pairs.js';

export interface MeanSquaredErrorOptions {
  /** The root of the mean (RMSE), in the unit of the values. Default false. */
  root?: boolean;
}

/** Mean of (prediction - target)² over all values: scikit-learn's `mean_squared_error`. `update(predictions, targets)` of equal shape. */
export function createMeanSquaredError({ root = false }: MeanSquaredErrorOptions = {}) {
  return meanMetric<[predictions: Numbers, targets: Numbers]>(
    'meanSquaredError',
    {},
    (predictions, targets) => pairValues(predictions, targets, (a, b) => (a - b) ** 2),
    root ? Math.sqrt : undefined,
  );
}
