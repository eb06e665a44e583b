import { UserError } from '../utils/index.js';
import {
  averageOverClasses,
  type ClassScores,
  type ClassScoresOptions,
  classScoresMetric,
  scoreOfEach,
} from './classScores.js';
import { rocAucOf } from './roc.js';

export interface RocAucPerClassOptions extends ClassScoresOptions {
  /** Each class against the rest (`ovr`, default), or each pair of classes (`ovo`, Hand & Till 2001; for `macro` and `weighted`). */
  multiClass?: 'ovr' | 'ovo';
}

/**
 * Area under the ROC curve for several classes: `{ auc, perClass }`, the latter one against the rest. scikit-learn's
 * `roc_auc_score(labels=range(classes), multi_class=…, average=…)`; NaN for a class without samples (see `skipAbsent`).
 * `update(probabilities [B, classes], targets [B])`; rows must add up to 1, since scores are compared across samples
 * (not with `multilabel`).
 */
export function createRocAuc(options: RocAucPerClassOptions) {
  const { average = 'macro', multiClass = 'ovr', multilabel = false } = options;
  if (multiClass === 'ovo' && multilabel)
    throw new UserError(
      'multiClass "ovo" compares pairs of classes; samples of several classes (multilabel) have none',
    );
  if (multiClass === 'ovo' && average === 'micro')
    throw new UserError('average "micro" is not defined for pairs of classes (multiClass "ovo"): macro or weighted');
  return classScoresMetric('rocAuc', options, true, (scores) => ({
    auc: multiClass === 'ovr' ? averageOverClasses(scores, options, rocAucOf) : pairwise(scores, options),
    perClass: scoreOfEach(scores, options, rocAucOf),
  }));
}

function pairwise(
  scores: ClassScores,
  { classes, average = 'macro', skipAbsent = false }: RocAucPerClassOptions,
): number {
  const samples: number[][] = Array.from({ length: classes }, () => []);
  scores.labels.forEach((label, i) => {
    samples[label]!.push(i);
  });
  const within = (of: number, positive: number, negative: number): number => {
    const column = (label: number) => samples[label]!.map((i) => scores.scores[i * classes + of] ?? 0);
    return rocAucOf({ positive: column(positive), negative: column(negative) });
  };
  let sum = 0;
  let weights = 0;
  for (let a = 0; a < classes; a++)
    for (let b = a + 1; b < classes; b++) {
      if (skipAbsent && (samples[a]!.length === 0 || samples[b]!.length === 0)) continue;
      const weight = average === 'weighted' ? samples[a]!.length + samples[b]!.length : 1;
      sum += (weight * (within(a, a, b) + within(b, b, a))) / 2;
      weights += weight;
    }
  return sum / weights;
}
