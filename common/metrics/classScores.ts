// What the ranking metrics of several classes share: all scores and labels, and the averages over classes.
import { checkCount, checkProbabilities, type Numbers, readIndicators, readLabels, readScores } from './inputs.js';
import { defineMetric, type Metric } from './metric.js';
import type { BinaryScores } from './rankedScores.js';

export interface ClassScoresOptions {
  classes: number;
  /** The mean over classes, weighted by their samples, or over all decisions together; default `macro`. */
  average?: 'macro' | 'weighted' | 'micro';
  /** Leaves classes that have no samples out of the average (default false: as scikit-learn, which lets them in as NaN for ROC, as 0 for AP). */
  skipAbsent?: boolean;
  /** A sample may be of several classes, or of none: targets are then [B, classes] of 0 and 1. Default false. */
  multilabel?: boolean;
}

/** Scores [B, classes], row-major; labels [B], or [B, classes] of 0 and 1 where `multilabel`. */
export interface ClassScores {
  scores: number[];
  labels: number[];
}

/** A streaming metric of scores per class: `update(scores [B, classes], targets)`. `probabilities`: rows must add up to 1. */
export function classScoresMetric<Result>(
  name: string,
  { classes, multilabel = false }: ClassScoresOptions,
  probabilities: boolean,
  compute: (scores: ClassScores) => Result,
): Metric<[scores: Numbers, targets: Numbers], Result, ClassScores> {
  checkCount(classes, 'classes', multilabel ? 1 : 2);
  const add = (values: ClassScores, scores: ArrayLike<number>, labels: ArrayLike<number>) => {
    for (let i = 0; i < scores.length; i++) values.scores.push(scores[i] ?? 0);
    for (let i = 0; i < labels.length; i++) values.labels.push(labels[i] ?? 0);
  };
  return defineMetric<[scores: Numbers, targets: Numbers], Result, ClassScores>({
    name,
    settings: { classes, multilabel },
    empty: () => ({ scores: [], labels: [] }),
    update(values, scores, targets) {
      const labels = multilabel ? readIndicators(targets, classes) : readLabels(targets, classes);
      const rows = multilabel ? labels.length / classes : labels.length;
      const read = readScores(scores, rows, classes, 'scores');
      if (probabilities && !multilabel) checkProbabilities(read, classes, 'scores');
      add(values, read, labels);
    },
    merge: (values, other) => add(values, other.scores, other.labels),
    compute,
  });
}

/** Splits the scores of each (sample, class) that `chosen` takes by whether the sample is of the class. */
function split(
  { scores, labels }: ClassScores,
  { classes, multilabel = false }: ClassScoresOptions,
  chosen: number | 'all',
): BinaryScores {
  const result: BinaryScores = { positive: [], negative: [] };
  for (let i = chosen === 'all' ? 0 : chosen; i < scores.length; i += chosen === 'all' ? 1 : classes) {
    const isPositive = multilabel ? labels[i] === 1 : labels[Math.floor(i / classes)] === i % classes;
    (isPositive ? result.positive : result.negative).push(scores[i] ?? 0);
  }
  return result;
}

/** A binary score of each class against the rest. */
export function scoreOfEach(
  all: ClassScores,
  options: ClassScoresOptions,
  score: (binary: BinaryScores) => number,
): number[] {
  return Array.from({ length: options.classes }, (_, c) => score(split(all, options, c)));
}

/** The average over classes of a binary score, one against the rest. */
export function averageOverClasses(
  all: ClassScores,
  options: ClassScoresOptions,
  score: (binary: BinaryScores) => number,
): number {
  const { classes, average = 'macro', skipAbsent = false } = options;
  if (all.labels.length === 0) return Number.NaN;
  if (average === 'micro') return score(split(all, options, 'all'));
  let sum = 0;
  let total = 0;
  for (let c = 0; c < classes; c++) {
    const binary = split(all, options, c);
    const samples = binary.positive.length;
    if (samples === 0 && (skipAbsent || average === 'weighted')) continue;
    const weight = average === 'weighted' ? samples : 1;
    sum += score(binary) * weight;
    total += weight;
  }
  return sum / total;
}
