import { hash32 } from '../backend/index.js';
import { quantile, UserError } from '../utils/index.js';
import { checkCount, refuseNaN } from './inputs.js';
import type { Metric, MetricState } from './metric.js';
import { normalCdf, normalQuantile } from './normal.js';

export interface BootstrapOptions {
  /** Default 1000. */
  resamples?: number;
  /** Default 0.95. */
  confidence?: number;
  /** Equal seeds give equal intervals, on every machine. Default 0. */
  seed?: number;
  /** `percentile`: quantiles of the resamples; `basic`: those mirrored at the estimate; `bca` (default): corrected for bias and skewness. */
  method?: 'percentile' | 'basic' | 'bca';
}

export interface ConfidenceInterval {
  /** The statistic of the samples themselves. */
  estimate: number;
  low: number;
  high: number;
  standardError: number;
  /** Resamples where the statistic was undefined (NaN), such as a ROC area without positives; they are left out. */
  undefined: number;
}

/**
 * Bootstrap confidence interval of any statistic of `samples` samples (Efron & Tibshirani, «An Introduction to the Bootstrap», 1993, chapters 13
 * and 14). `statistic` gets the row indices of a resample, drawn with replacement, and gives its value; rows of predictions and targets stay
 * together, and the difference of two models on the same rows is a paired test. BCa computes it once more for each sample left out, or for each
 * of `resamples` groups of samples (at least 200) where there are more samples than that.
 */
export function bootstrap(
  samples: number,
  statistic: (rows: Int32Array) => number,
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const { resamples = 1000, seed = 0, method = 'bca' } = options;
  checkCount(samples, 'samples', 2);
  checkCount(resamples, 'resamples', 1);
  const distribution = Float64Array.from({ length: resamples }, (_, r) => statistic(resampleRows(samples, seed, r)));
  // Of many samples, groups are left out: the acceleration stays the same in expectation (R's bcaboot, `bcajack`, does so).
  const groups = method === 'bca' ? Math.min(samples, Math.max(resamples, 200)) : 0;
  const jackknife = Array.from({ length: groups }, (_, group) => statistic(rowsWithout(samples, groups, group)));
  return confidenceInterval(statistic(rowsWithout(samples, 1, 1)), distribution, jackknife, options);
}

/** All rows but those of one group, which are every `groups`-th. */
function rowsWithout(samples: number, groups: number, group: number): Int32Array {
  const rows = new Int32Array(samples);
  let kept = 0;
  for (let i = 0; i < samples; i++) if (i % groups !== group) rows[kept++] = i;
  return rows.subarray(0, kept);
}

/** Interval of the mean of per-sample values (hits, losses, PSNR of pictures …). */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions = {}): ConfidenceInterval {
  refuseNaN(values, 'values');
  return bootstrap(
    values.length,
    (rows) => {
      let sum = 0;
      for (const row of rows) sum += values[row] ?? 0;
      return sum / rows.length;
    },
    options,
  );
}

/**
 * Interval of any streaming metric. `states`: the state of each sample by itself (`update` with one sample, `state()`, `reset()`); `metric` is
 * used to merge them and is left reset. `value` picks the number out of what `compute` gives.
 */
export function bootstrapMetric<Batch extends readonly unknown[], Result, Values>(
  metric: Metric<Batch, Result, Values>,
  states: readonly MetricState<Values>[],
  value: (result: Result) => number,
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const statistic = (rows: Int32Array): number => {
    metric.reset();
    for (const row of rows) metric.merge(states[row]!);
    return value(metric.compute());
  };
  const interval = bootstrap(states.length, statistic, options);
  metric.reset();
  return interval;
}

/** The rows of resample r: a pure function of (samples, seed, r), each row drawn by a counter-based hash. */
export function resampleRows(samples: number, seed: number, resample: number): Int32Array {
  const a = hash32(hash32(seed) ^ resample);
  const b = hash32(a + 0x9e3779b9);
  const rows = new Int32Array(samples);
  for (let i = 0; i < samples; i++) rows[i] = Math.floor((hash32(hash32(a + i) ^ b) / 2 ** 32) * samples);
  return rows;
}

/** The interval from an estimate, its values on resamples and, for `bca`, on all samples but one (scipy's `bootstrap`). */
export function confidenceInterval(
  estimate: number,
  resampled: ArrayLike<number>,
  jackknife: ArrayLike<number>,
  { confidence = 0.95, method = 'bca' }: BootstrapOptions,
): ConfidenceInterval {
  if (!(confidence > 0 && confidence < 1))
    throw new UserError(`confidence is ${confidence}; it must be above 0 and below 1`);
  const values = Float64Array.from(resampled)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const tail = (1 - confidence) / 2;
  const [from, to] = method === 'bca' ? corrected(estimate, values, jackknife, tail) : [tail, 1 - tail];
  const [low, high] = [quantile(values, from), quantile(values, to)];
  return {
    estimate,
    low: method === 'basic' ? 2 * estimate - high : low,
    high: method === 'basic' ? 2 * estimate - low : high,
    standardError: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)),
    undefined: resampled.length - values.length,
  };
}

/** The quantiles of BCa: shifted by the bias z₀ and the acceleration a (Efron & Tibshirani, eq. 14.10, 14.14, 14.15). */
function corrected(
  estimate: number,
  sorted: Float64Array,
  jackknife: ArrayLike<number>,
  tail: number,
): [number, number] {
  const left = Float64Array.from(jackknife).filter((value) => !Number.isNaN(value));
  const mean = left.reduce((a, b) => a + b, 0) / left.length;
  const cubes = left.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  const squares = left.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  // Where leaving samples out changes nothing, there is no skewness to correct.
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const below = sorted.filter((value) => value < estimate).length + sorted.filter((value) => value <= estimate).length;
  const bias = normalQuantile(below / (2 * sorted.length));
  const shifted = (z: number) => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  return [shifted(normalQuantile(tail)), shifted(normalQuantile(1 - tail))];
}
