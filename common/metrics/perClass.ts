// What precision, recall and F-beta share: counts per class, scikit-learn's averages and its zero_division.
import { didYouMean, UserError } from '../utils/index.js';
import type { ClassesOptions, Counts } from './confusionMatrix.js';

const averages = ['macro', 'micro', 'weighted', 'binary'] as const;
/**
 * - `macro`: the mean over classes. All classes count, as with scikit-learn's `labels=range(classes)`; with `zeroDivision: NaN` those where
 *   the value is undefined are left out.
 * - `micro`: over all samples' decisions together (where each sample has one class: the accuracy).
 * - `weighted`: the mean over classes weighted by their samples.
 * - `binary`: the class `positive` alone.
 */
export type Average = (typeof averages)[number];

export interface AverageOptions {
  /** Default `macro`. (scikit-learn's default is `binary`.) */
  average?: Average;
  /** The class of `average: 'binary'`; default 1. */
  positive?: number;
  /** The value where nothing was predicted (precision), nothing is there (recall) or both (F-beta): 0, 1 or NaN; default 0 as in scikit-learn. */
  zeroDivision?: number;
}

export interface ClassCounts {
  truePositives: number;
  predicted: number;
  /** Samples of the class. */
  support: number;
}

export function classCounts(counts: Counts): ClassCounts[] {
  return counts.map((row, i) => ({
    truePositives: row[i] ?? 0,
    predicted: counts.reduce((sum, other) => sum + (other[i] ?? 0), 0),
    support: row.reduce((a, b) => a + b, 0),
  }));
}

export function divide(numerator: number, denominator: number, zeroDivision: number): number {
  return denominator === 0 ? zeroDivision : numerator / denominator;
}

/** One number from the classes' counts; NaN without samples. `score` gives the value of counts. */
export function average(
  classes: readonly ClassCounts[],
  { average: kind = 'macro', positive = 1 }: AverageOptions,
  score: (counts: ClassCounts) => number,
): number {
  const total = classes.reduce((sum, { support }) => sum + support, 0);
  if (total === 0) return Number.NaN;
  if (kind === 'binary') return score(classes[positive] ?? { truePositives: 0, predicted: 0, support: 0 });
  if (kind === 'micro') {
    const sum = (key: keyof ClassCounts) => classes.reduce((all, counts) => all + counts[key], 0);
    return score({ truePositives: sum('truePositives'), predicted: sum('predicted'), support: sum('support') });
  }
  return weightedMean(
    classes.map(score),
    classes.map(({ support }) => (kind === 'weighted' ? support : 1)),
  );
}

/** Mean of the values that are not NaN (NaN where none is); where none of them has a weight, all count alike, as in scikit-learn's `_nanaverage`. */
function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const used = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  const weight = used.reduce((sum, i) => sum + (weights[i] ?? 0), 0);
  if (weight === 0) return used.reduce((sum, i) => sum + (values[i] ?? 0), 0) / used.length;
  return used.reduce((sum, i) => sum + (values[i] ?? 0) * (weights[i] ?? 0), 0) / weight;
}

/** Throws a UserError for options that are none, before the first batch. */
export function checkAverage({
  average: kind,
  positive = 1,
  zeroDivision = 0,
  classes,
}: AverageOptions & ClassesOptions): void {
  if (kind !== undefined && !averages.includes(kind))
    throw new UserError(`average "${kind}" is none of ${averages.join(', ')}.${didYouMean(kind, averages)}`);
  if (kind === 'binary' && !(Number.isInteger(positive) && positive >= 0 && positive < classes))
    throw new UserError(`positive is ${positive}; it must be a class from 0 to ${classes - 1}`);
  if (zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision))
    throw new UserError(`zeroDivision is ${zeroDivision}; it must be 0, 1 or NaN`);
}
