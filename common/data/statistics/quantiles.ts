import { quantile } from '../../utils/index.js';

/** Where numbers lie: of image sides, bytes, text lengths. */
export interface Distribution {
  min: number;
  p5: number;
  median: number;
  p95: number;
  p99: number;
  max: number;
  mean: number;
}

/** The distribution of numbers; undefined where there are none. Quantiles are interpolated linearly, as numpy's `quantile`. */
export function distribution(values: ArrayLike<number>): Distribution | undefined {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return undefined;
  const at = (q: number) => quantile(sorted, q);
  return {
    min: at(0),
    p5: at(0.05),
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    mean: sorted.reduce((a, b) => a + b, 0) / sorted.length,
  };
}
