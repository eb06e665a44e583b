import { UserError } from '../utils/index.js';
import { addProductTo, addTo, type ExactSum, emptySum, mergeSum, sumOf } from './exactSum.js';
import { checkCount, type Numbers, shapeText } from './inputs.js';
import { defineMetric } from './metric.js';
import { readPairs } from './pairs.js';

export interface R2Options {
  /** Values of a sample; default 1. Batches are then [B, outputs]. */
  outputs?: number;
  /** The mean over outputs (`uniform`, default), or weighted by each output's variance. */
  average?: 'uniform' | 'variance';
}

export interface R2 {
  r2: number;
  perOutput: number[];
}

interface OutputSums {
  residual: ExactSum;
  sum: ExactSum;
  squares: ExactSum;
}

/**
 * Coefficient of determination, 1 - Σ (y - ŷ)² / Σ (y - ȳ)². scikit-learn's `r2_score`: for constant targets 1 where they are met exactly and
 * 0 otherwise; NaN for fewer than two samples. `update(predictions, targets)`. The sums are exact, so that n Σ y² - (Σ y)² loses nothing for
 * values far from 0.
 */
export function createR2({ outputs = 1, average = 'uniform' }: R2Options = {}) {
  checkCount(outputs, 'outputs', 1);
  return defineMetric<[predictions: Numbers, targets: Numbers], R2, { count: number; columns: OutputSums[] }>({
    name: 'r2',
    settings: { outputs },
    empty: () => ({
      count: 0,
      columns: Array.from({ length: outputs }, () => ({ residual: emptySum(), sum: emptySum(), squares: emptySum() })),
    }),
    update(state, predictions, targets) {
      const { predicted, actual } = readPairs(predictions, targets);
      const width = actual.shape?.slice(1).reduce((a, b) => a * b, 1) ?? outputs;
      if (actual.data.length % outputs !== 0 || (width !== outputs && actual.data.length > 0))
        throw new UserError(
          `targets have ${shapeText(actual)}; [rows, ${outputs}] is expected for ${outputs} output(s)`,
        );
      for (let i = 0; i < actual.data.length; i++) {
        const column = state.columns[i % outputs]!;
        const y = actual.data[i] ?? 0;
        const error = y - (predicted.data[i] ?? 0);
        addProductTo(column.residual, error, error);
        addTo(column.sum, y);
        addProductTo(column.squares, y, y);
      }
      state.count += actual.data.length / outputs;
    },
    merge(state, other) {
      state.count += other.count;
      state.columns.forEach((column, i) => {
        const more = other.columns[i]!;
        mergeSum(column.residual, more.residual);
        mergeSum(column.sum, more.sum);
        mergeSum(column.squares, more.squares);
      });
    },
    compute({ count, columns }) {
      if (count < 2) return { r2: Number.NaN, perOutput: columns.map(() => Number.NaN) };
      const total = columns.map((column) => sumOfSquares(column, count));
      const perOutput = columns.map(({ residual }, i) => score(sumOf(residual), total[i]!));
      const weighted = average === 'variance' && total.some((value) => value > 0);
      const weights = weighted ? total : total.map(() => 1);
      const r2 = perOutput.reduce((sum, value, i) => sum + value * weights[i]!, 0) / weights.reduce((a, b) => a + b, 0);
      return { r2, perOutput };
    },
  });
}

const score = (residual: number, total: number) => (residual === 0 ? 1 : total === 0 ? 0 : 1 - residual / total);

/** Σ (y - ȳ)² = (n Σ y² - (Σ y)²) / n, rounded once before the division. */
function sumOfSquares({ sum, squares }: OutputSums, count: number): number {
  const exact = emptySum();
  for (const partial of squares.partials) addProductTo(exact, partial, count);
  for (const a of sum.partials) for (const b of sum.partials) addProductTo(exact, -a, b);
  const finite = squares.nan + squares.positive + sum.nan + sum.positive + sum.negative === 0;
  return finite ? sumOf(exact) / count : Number.NaN;
}
