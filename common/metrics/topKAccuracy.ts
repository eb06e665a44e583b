import { UserError } from '../utils/index.js';
import type { ClassesOptions } from './confusionMatrix.js';
import { checkCount, type Numbers, readLabels, readScores } from './inputs.js';
import { defineMetric } from './metric.js';

export interface TopKOptions extends ClassesOptions {
  /** Default 5. */
  k?: number;
  /** Which of equal scores rank first: those of higher class indices (`last`, the default, as scikit-learn) or of lower (`first`, as argmax and so as `accuracy`). */
  ties?: 'last' | 'first';
}

/**
 * Share of samples whose class is among the k with the largest scores: scikit-learn's `top_k_accuracy_score(labels=range(classes))`.
 * `update(scores [B, classes], targets [B])`.
 */
export function createTopKAccuracy({ classes, k = 5, ties = 'last', ignoreIndex }: TopKOptions) {
  checkCount(k, 'k', 1);
  if (k >= checkCount(classes, 'classes', 2))
    throw new UserError(`k is ${k} of ${classes} classes: every sample would count as a hit`);
  return defineMetric<[scores: Numbers, targets: Numbers], number, { hits: number; total: number }>({
    name: 'topKAccuracy',
    settings: { classes, k, ties, ignoreIndex: ignoreIndex ?? null },
    empty: () => ({ hits: 0, total: 0 }),
    update(counts, scores, targets) {
      const labels = readLabels(targets, classes, 'targets', ignoreIndex);
      const values = readScores(scores, labels.length, classes);
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i] ?? 0;
        if (label === ignoreIndex) continue;
        const own = values[i * classes + label] ?? 0;
        let before = 0;
        for (let c = 0; c < classes; c++) {
          const score = values[i * classes + c] ?? 0;
          if (score > own || (score === own && (ties === 'last' ? c > label : c < label))) before++;
        }
        counts.total++;
        if (before < k) counts.hits++;
      }
    },
    merge(counts, other) {
      counts.hits += other.hits;
      counts.total += other.total;
    },
    compute: ({ hits, total }) => hits / total,
  });
}
