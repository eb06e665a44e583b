import { UserError } from '../utils/index.js';
import type { Numbers } from './inputs.js';
import { type BinaryScores, binaryScoresMetric, readBinary, thresholdCounts } from './rankedScores.js';

export interface RocCurve {
  /** Share of negative samples at or above each threshold, from 0 to 1; all NaN without negative samples. */
  falsePositiveRate: number[];
  /** Share of positive samples at or above each threshold, from 0 to 1; all NaN without positive samples. */
  truePositiveRate: number[];
  /** Falling, from infinity (nothing is predicted positive). */
  thresholds: number[];
}

export interface RocOptions {
  /** Leaves out points on a straight line between their neighbours; default true, as in scikit-learn. */
  dropIntermediate?: boolean;
}

export interface RocAucOptions {
  /** Area up to this false positive rate only, scaled to 0.5 for chance and 1 for the best (McClish 1989); default 1. */
  maxFalsePositiveRate?: number;
}

/** The receiver operating characteristic (Fawcett 2006). Equal scores are one point. scikit-learn's `roc_curve`. */
export function rocCurveOf(scores: BinaryScores, { dropIntermediate = true }: RocOptions = {}): RocCurve {
  const { thresholds, truePositives, falsePositives } = thresholdCounts(scores);
  const bend = (values: number[], i: number) => values[i + 1]! - values[i]! !== values[i]! - values[i - 1]!;
  const last = thresholds.length - 1;
  const kept = [...thresholds.keys()].filter(
    (i) => !dropIntermediate || i === 0 || i === last || bend(falsePositives, i) || bend(truePositives, i),
  );
  const rates = (counts: number[], total: number) =>
    [0, ...kept.map((i) => counts[i]!)].map((count) => (total === 0 ? Number.NaN : count / total));
  return {
    falsePositiveRate: rates(falsePositives, scores.negative.length),
    truePositiveRate: rates(truePositives, scores.positive.length),
    thresholds: [Number.POSITIVE_INFINITY, ...kept.map((i) => thresholds[i]!)],
  };
}

/**
 * Area under the ROC curve: the chance that a positive sample scores higher than a negative one, ties counting half (Hanley & McNeil 1982).
 * Counted in integers. NaN where one of the two classes has no samples, as scikit-learn's `roc_auc_score`.
 */
export function rocAucOf(scores: BinaryScores, { maxFalsePositiveRate = 1 }: RocAucOptions = {}): number {
  if (!(maxFalsePositiveRate > 0 && maxFalsePositiveRate <= 1))
    throw new UserError(`maxFalsePositiveRate is ${maxFalsePositiveRate}; it must be above 0 and at most 1`);
  const pairs = scores.positive.length * scores.negative.length;
  if (pairs === 0) return Number.NaN;
  const { truePositives, falsePositives } = thresholdCounts(scores);
  const limit = maxFalsePositiveRate * scores.negative.length;
  let twiceArea = 0;
  let [tp, fp] = [0, 0];
  for (let i = 0; i < truePositives.length && fp < limit; i++) {
    const [nextTp, nextFp] = [truePositives[i]!, falsePositives[i]!];
    const width = Math.min(nextFp, limit) - fp;
    const reached = nextFp <= limit ? nextTp : tp + ((nextTp - tp) * width) / (nextFp - fp);
    twiceArea += width * (tp + reached);
    [tp, fp] = [nextTp, nextFp];
  }
  const area = twiceArea / 2 / pairs;
  if (maxFalsePositiveRate === 1) return area;
  const chance = maxFalsePositiveRate ** 2 / 2;
  return 0.5 * (1 + (area - chance) / (maxFalsePositiveRate - chance));
}

/** ROC curve of scores [B] (higher is more likely positive; probabilities or logits) and labels [B] of 0 and 1. */
export function rocCurve(scores: Numbers, targets: Numbers, options: RocOptions = {}): RocCurve {
  return rocCurveOf(readBinary(scores, targets), options);
}

/** Area under the ROC curve of scores [B] and labels [B] of 0 and 1. */
export function rocAuc(scores: Numbers, targets: Numbers, options: RocAucOptions = {}): number {
  return rocAucOf(readBinary(scores, targets), options);
}

/** Streaming ROC curve and its area of two classes: `update(scores [B], targets [B] of 0 and 1)`. */
export function createRoc(options: RocOptions & RocAucOptions = {}) {
  return binaryScoresMetric('roc', (scores) => ({
    curve: rocCurveOf(scores, options),
    auc: rocAucOf(scores, options),
  }));
}
