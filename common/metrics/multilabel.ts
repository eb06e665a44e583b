import { of as fBetaOf } from './fBeta.js';
import { checkCount, type Numbers, readIndicators, readScores } from './inputs.js';
import { defineMetric } from './metric.js';
import { type AverageOptions, average, type ClassCounts, checkAverage } from './perClass.js';
import { of as precisionOf } from './precision.js';
import { of as recallOf } from './recall.js';

export interface MultilabelOptions extends AverageOptions {
  classes: number;
  /** Scores above it count as predicted; default 0.5. */
  threshold?: number;
  /** Of F-beta; default 1. */
  beta?: number;
}

export interface MultilabelScores {
  precision: number;
  recall: number;
  fBeta: number;
  perClass: { precision: number; recall: number; fBeta: number; support: number }[];
  /** Share of samples with all classes right (scikit-learn's `accuracy_score` of indicators). */
  exactMatch: number;
}

interface State {
  rows: number;
  /** Samples with all classes right. */
  matches: number;
  counts: ClassCounts[];
}

/**
 * Precision, recall and F-beta where a sample may be of several classes, or of none: `update(scores [B, classes], targets [B, classes] of 0 and
 * 1)`. scikit-learn's `precision_recall_fscore_support` of indicators. For ranking scores see `multilabel` of createRocAuc and createAveragePrecision.
 */
export function createMultilabel(options: MultilabelOptions) {
  const { classes, threshold = 0.5, zeroDivision = 0 } = options;
  checkCount(classes, 'classes', 1);
  checkAverage(options);
  const scores = {
    precision: precisionOf(zeroDivision),
    recall: recallOf(zeroDivision),
    fBeta: fBetaOf(options),
  };
  return defineMetric<[scores: Numbers, targets: Numbers], MultilabelScores, State>({
    name: 'multilabel',
    settings: { classes, threshold },
    empty: () => ({
      rows: 0,
      matches: 0,
      counts: Array.from({ length: classes }, () => ({ truePositives: 0, predicted: 0, support: 0 })),
    }),
    update(state, values, targets) {
      const labels = readIndicators(targets, classes);
      const rows = labels.length / classes;
      const read = readScores(values, rows, classes);
      for (let row = 0; row < rows; row++) {
        let right = 0;
        state.counts.forEach((counts, c) => {
          const predicted = (read[row * classes + c] ?? 0) > threshold;
          const actual = labels[row * classes + c] === 1;
          if (predicted && actual) counts.truePositives++;
          if (predicted) counts.predicted++;
          if (actual) counts.support++;
          if (predicted === actual) right++;
        });
        if (right === classes) state.matches++;
      }
      state.rows += rows;
    },
    merge(state, other) {
      state.rows += other.rows;
      state.matches += other.matches;
      state.counts.forEach((counts, c) => {
        for (const key of ['truePositives', 'predicted', 'support'] as const) counts[key] += other.counts[c]![key];
      });
    },
    compute: ({ rows, matches, counts }) => ({
      precision: average(counts, options, scores.precision),
      recall: average(counts, options, scores.recall),
      fBeta: average(counts, options, scores.fBeta),
      perClass: counts.map((one) => ({
        precision: scores.precision(one),
        recall: scores.recall(one),
        fBeta: scores.fBeta(one),
        support: one.support,
      })),
      exactMatch: matches / rows,
    }),
  });
}
