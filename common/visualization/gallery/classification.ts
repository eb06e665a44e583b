import { createCalibration, precisionRecallCurve, rocCurve } from '../../metrics/index.js';
import { calibrationFigure } from '../charts/calibrationFigure.js';
import { precisionRecallFigure } from '../charts/precisionRecallFigure.js';
import { rocFigure } from '../charts/rocFigure.js';
import { confusionMatrixFigure } from '../confusionMatrix.js';
import type { GalleryCase } from './cases.js';
import { seeded } from './seeded.js';

/** Scores of 400 samples, a third of them positive, the better apart the larger `distance`. */
function detector(seed: number, distance: number): { scores: number[]; labels: number[] } {
  const { normal, uniform } = seeded(seed);
  const labels = Array.from({ length: 400 }, () => (uniform() < 0.33 ? 1 : 0));
  return { labels, scores: labels.map((label) => 1 / (1 + Math.exp(-normal(distance * (label - 0.5), 1)))) };
}

const detectors = [
  { name: 'ViT-B/16', seed: 11, distance: 2.6 },
  { name: 'ResNet-50', seed: 12, distance: 1.8 },
  { name: 'linear probe', seed: 13, distance: 0.9 },
].map(({ name, seed, distance }) => ({ name, ...detector(seed, distance) }));

/** Probabilities of class 1 that are further from a half than they should be. */
function calibrationOf(sharpness: number, seed: number) {
  const { uniform } = seeded(seed);
  const truth = Array.from({ length: 2000 }, () => uniform());
  const metric = createCalibration({ classes: 2, bins: 12 });
  const odds = truth.map((p) => 1 / (1 + ((1 - p) / p) ** sharpness));
  metric.update(
    odds,
    truth.map((p) => (uniform() < p ? 1 : 0)),
  );
  return metric.compute();
}

export const classification: GalleryCase[] = [
  {
    name: 'confusion-matrix',
    about: 'confusionMatrixFigure: counts, coloured by the share of the true class.',
    figure: () => {
      const labels = ['aeroplane', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship'];
      const { uniform } = seeded(9);
      return confusionMatrixFigure(
        labels.map((_, i) =>
          labels.map((_, j) =>
            i === j ? 80 + Math.floor(20 * uniform()) : Math.floor(9 * uniform() ** 3 * (Math.abs(i - j) < 3 ? 3 : 1)),
          ),
        ),
        labels,
      );
    },
  },
  {
    name: 'roc',
    about: 'rocFigure: the curves of `rocCurve`.',
    figure: () => rocFigure(detectors.map(({ name, scores, labels }) => ({ name, curve: rocCurve(scores, labels) }))),
  },
  {
    name: 'precision-recall',
    about: 'precisionRecallFigure: the curves of `precisionRecallCurve`.',
    figure: () =>
      precisionRecallFigure(
        detectors.map(({ name, scores, labels }) => ({ name, curve: precisionRecallCurve(scores, labels) })),
      ),
  },
  {
    name: 'calibration',
    about: 'calibrationFigure: the reliability diagram of one model.',
    figure: () => calibrationFigure(calibrationOf(1.8, 14)),
  },
  {
    name: 'calibration-compared',
    about: 'calibrationFigure: several models.',
    figure: () =>
      calibrationFigure(
        [
          { name: 'before', calibration: calibrationOf(2.2, 15) },
          { name: 'temperature 2.1', calibration: calibrationOf(1.05, 15) },
        ],
        { title: 'Calibration before and after temperature scaling' },
      ),
  },
];
