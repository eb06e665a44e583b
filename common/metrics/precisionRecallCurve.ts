import type { Numbers } from './inputs.js';
import { type BinaryScores, binaryScoresMetric, readBinary, thresholdCounts } from './rankedScores.js';

export interface PrecisionRecallCurve {
  /** At each threshold, then a last 1. */
  precision: number[];
  /** Falling; at each threshold, then a last 0. 1 everywhere without positive samples, as in scikit-learn. */
  recall: number[];
  /** The distinct scores, rising; one fewer than the points. */
  thresholds: number[];
}

/** Precision and recall at each threshold. Equal scores are one point. scikit-learn's `precision_recall_curve`. */
export function precisionRecallCurveOf(scores: BinaryScores): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives } = thresholdCounts(scores);
  const total = scores.positive.length;
  return {
    precision: [...truePositives.map((tp, i) => tp / (tp + falsePositives[i]!)).reverse(), 1],
    recall: [...truePositives.map((tp) => (total === 0 ? 1 : tp / total)).reverse(), 0],
    thresholds: thresholds.reverse(),
  };
}

/**
 * Area under the precision-recall curve by trapezoids, scikit-learn's `auc(recall, precision)`. Between its points the curve is not straight
 * (Davis & Goadrich 2006), so this is too kind: report average precision.
 */
export function precisionRecallAreaOf(scores: BinaryScores): number {
  if (scores.positive.length + scores.negative.length === 0) return Number.NaN;
  const { precision, recall } = precisionRecallCurveOf(scores);
  let area = 0;
  for (let i = 1; i < recall.length; i++)
    area += ((recall[i - 1]! - recall[i]!) * (precision[i - 1]! + precision[i]!)) / 2;
  return area;
}

/**
 * Average precision: Σ (R_n - R_(n-1)) P_n over falling thresholds, without interpolation. scikit-learn's `average_precision_score`, whose
 * value without positive samples is 0.
 */
export function averagePrecisionOf(scores: BinaryScores): number {
  const total = scores.positive.length;
  if (total + scores.negative.length === 0) return Number.NaN;
  if (total === 0) return 0;
  const { truePositives, falsePositives } = thresholdCounts(scores);
  let sum = 0;
  truePositives.forEach((tp, i) => {
    sum += ((tp - (truePositives[i - 1] ?? 0)) * tp) / (tp + falsePositives[i]!);
  });
  return sum / total;
}

/** Precision-recall curve of scores [B] (higher is more likely positive) and labels [B] of 0 and 1. */
export function precisionRecallCurve(scores: Numbers, targets: Numbers): PrecisionRecallCurve {
  return precisionRecallCurveOf(readBinary(scores, targets));
}

/** Streaming precision-recall curve, average precision and trapezoid area of two classes: `update(scores [B], targets [B] of 0 and 1)`. */
export function createPrecisionRecallCurve() {
  return binaryScoresMetric('precisionRecallCurve', (scores) => ({
    curve: precisionRecallCurveOf(scores),
    averagePrecision: averagePrecisionOf(scores),
    area: precisionRecallAreaOf(scores),
  }));
}
