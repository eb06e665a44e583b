// What the ROC and precision-recall metrics share: scores kept by label, and counts at each threshold.
import { UserError } from '../utils/index.js';
import { type Numbers, readLabels, readNumbers, refuseNaN, shapeText } from './inputs.js';
import { defineMetric, type Metric } from './metric.js';

/** The scores of positive and of negative samples: all that a ranking metric needs. All are kept, so nothing is approximated. */
export interface BinaryScores {
  positive: number[];
  negative: number[];
}

export interface ThresholdCounts {
  /** The distinct scores, largest first. */
  thresholds: number[];
  /** Positive samples with a score at or above the threshold. */
  truePositives: number[];
  /** Negative samples with a score at or above the threshold. */
  falsePositives: number[];
}

/** Counts at each distinct score: equal scores are one step, so ties are exact and the samples' order does not matter. */
export function thresholdCounts({ positive, negative }: BinaryScores): ThresholdCounts {
  const positives = Float64Array.from(positive).sort();
  const negatives = Float64Array.from(negative).sort();
  const counts: ThresholdCounts = { thresholds: [], truePositives: [], falsePositives: [] };
  let p = positives.length - 1;
  let n = negatives.length - 1;
  while (p >= 0 || n >= 0) {
    const threshold = Math.max(positives[p] ?? Number.NEGATIVE_INFINITY, negatives[n] ?? Number.NEGATIVE_INFINITY);
    while (p >= 0 && positives[p] === threshold) p--;
    while (n >= 0 && negatives[n] === threshold) n--;
    counts.thresholds.push(threshold);
    counts.truePositives.push(positives.length - 1 - p);
    counts.falsePositives.push(negatives.length - 1 - n);
  }
  return counts;
}

/** Splits flat scores [B] by labels [B] of 0 and 1. NaN and other labels are refused. */
export function readBinary(scores: Numbers, targets: Numbers): BinaryScores {
  const labels = readLabels(targets, 2);
  const read = readNumbers(scores, 'scores');
  if (read.data.length !== labels.length)
    throw new UserError(
      `${labels.length} targets, but scores have ${shapeText(read)}: one score of class 1 for each target is expected (of two classes' probabilities, the second)`,
    );
  refuseNaN(read.data, 'scores');
  const split: BinaryScores = { positive: [], negative: [] };
  for (let i = 0; i < labels.length; i++) (labels[i] === 1 ? split.positive : split.negative).push(read.data[i] ?? 0);
  return split;
}

/** A streaming metric of binary scores: `update(scores [B], targets [B] of 0 and 1)`. */
export function binaryScoresMetric<Result>(
  name: string,
  compute: (scores: BinaryScores) => Result,
): Metric<[scores: Numbers, targets: Numbers], Result, BinaryScores> {
  const add = (values: BinaryScores, { positive, negative }: BinaryScores) => {
    for (const score of positive) values.positive.push(score);
    for (const score of negative) values.negative.push(score);
  };
  return defineMetric<[scores: Numbers, targets: Numbers], Result, BinaryScores>({
    name,
    empty: () => ({ positive: [], negative: [] }),
    update: (values, scores, targets) => add(values, readBinary(scores, targets)),
    merge: add,
    compute,
  });
}
