import { averageOverClasses, type ClassScoresOptions, classScoresMetric, scoreOfEach } from './classScores.js';
import type { Numbers } from './inputs.js';
import { averagePrecisionOf } from './precisionRecallCurve.js';
import { readBinary } from './rankedScores.js';

/** Average precision of scores [B] and labels [B] of 0 and 1: Σ (R_n - R_(n-1)) P_n. scikit-learn's `average_precision_score`. */
export function averagePrecision(scores: Numbers, targets: Numbers): number {
  return averagePrecisionOf(readBinary(scores, targets));
}

/**
 * Average precision for several classes, each against the rest: `{ averagePrecision, perClass }`; 0 for a class without samples
 * (see `skipAbsent`). `update(scores [B, classes], targets [B])`. scikit-learn's `average_precision_score` on one-hot labels.
 */
export function createAveragePrecision(options: ClassScoresOptions) {
  return classScoresMetric('averagePrecision', options, false, (scores) => ({
    averagePrecision: averageOverClasses(scores, options, averagePrecisionOf),
    perClass: scoreOfEach(scores, options, averagePrecisionOf),
  }));
}
