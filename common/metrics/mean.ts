import { addTo, type ExactSum, emptySum, mergeSum, sumOf } from './exactSum.js';
import { defineMetric, type Metric, type Settings } from './metric.js';

export interface MeanValues {
  sum: ExactSum;
  count: number;
}

/** A streaming metric that is a function of the mean of per-sample values, which `samples` computes, checked, from a batch. */
export function meanMetric<Batch extends readonly unknown[]>(
  name: string,
  settings: Settings,
  samples: (...batch: Batch) => ArrayLike<number>,
  result: (mean: number) => number = (mean) => mean,
): Metric<Batch, number, MeanValues> {
  return defineMetric<Batch, number, MeanValues>({
    name,
    settings,
    empty: () => ({ sum: emptySum(), count: 0 }),
    update(state, ...batch) {
      const values = samples(...batch);
      for (let i = 0; i < values.length; i++) addTo(state.sum, values[i] ?? 0);
      state.count += values.length;
    },
    merge(state, other) {
      mergeSum(state.sum, other.sum);
      state.count += other.count;
    },
    compute: ({ sum, count }) => result(sumOf(sum) / count),
  });
}

/** Streaming mean of numbers, such as per-sample losses: `update(values)`. NaN and infinities are let through to the result. */
export function createMean() {
  return meanMetric<[values: ArrayLike<number>]>('mean', {}, (values) => values);
}
