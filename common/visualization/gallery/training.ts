import { histogramFigure } from '../charts/histogramFigure.js';
import { layerNormsFigure } from '../charts/layerNormsFigure.js';
import { learningRateSearchFigure } from '../charts/learningRateSearchFigure.js';
import { ridgeFigure } from '../charts/ridgeFigure.js';
import { runCurvesFigure } from '../charts/runCurves.js';
import { timelineFigure } from '../charts/timelineFigure.js';
import { learningCurves } from '../learningCurves.js';
import { barFigure, lineFigure } from '../series.js';
import type { GalleryCase } from './cases.js';
import { seeded } from './seeded.js';

const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A loss that falls from 2.3, with noise. */
function fallingLoss(
  seed: number,
  rate: number,
  floor: number,
  noise: number,
): { step: number; val_loss: number; accuracy: number }[] {
  const { normal } = seeded(seed);
  return steps(120).map((i) => {
    const loss = floor + (2.3 - floor) * Math.exp(-i / rate);
    return { step: 10 * (i + 1), val_loss: loss + noise * normal(), accuracy: 1 - loss / 2.6 + noise * 0.3 * normal() };
  });
}

export const training: GalleryCase[] = [
  {
    name: 'learning-curves',
    about: 'learningCurves: one run, training and validation, with the best value.',
    figure: () =>
      learningCurves(
        steps(20).map((i) => ({
          ...{
            epoch: i + 1,
            loss: 2.3 * Math.exp(-i / 5) + 0.05,
            val_loss: 2.3 * Math.exp(-i / 5) + 0.2 + 0.004 * Math.max(0, i - 10) ** 2,
          },
          ...{
            accuracy: 0.98 - 0.88 * Math.exp(-i / 4),
            val_accuracy: 0.93 - 0.83 * Math.exp(-i / 4) - 0.002 * Math.max(0, i - 11),
          },
        })),
      ),
  },
  {
    name: 'runs-smoothed',
    about: 'runCurvesFigure: several runs, smoothed as TensorBoard does; the values as they were stay visible.',
    figure: () =>
      runCurvesFigure(
        [
          { name: 'adamw, lr 3e-4', rows: fallingLoss(1, 18, 0.4, 0.09) },
          { name: 'sgd, lr 0.1', rows: fallingLoss(2, 30, 0.55, 0.12) },
          { name: 'lion, lr 1e-4', rows: fallingLoss(3, 12, 0.6, 0.06) },
        ],
        { smoothing: 0.8, metrics: ['val_loss', 'accuracy'] },
      ),
  },
  {
    name: 'runs-bands',
    about: 'runCurvesFigure: two settings of five seeds each, the mean and one standard deviation.',
    figure: () =>
      runCurvesFigure(
        [
          ...steps(5).map((i) => ({ seed: i, group: 'baseline', rate: 25 + 3 * i, floor: 0.5 + 0.05 * i })),
          ...steps(5).map((i) => ({ seed: 10 + i, group: 'mixup', rate: 34 + 2 * i, floor: 0.3 + 0.03 * i })),
        ].map(({ seed, group, rate, floor }) => ({
          name: `${group}, seed ${seed}`,
          group,
          rows: fallingLoss(seed, rate, floor, 0.03),
        })),
        { title: 'Validation loss over five seeds', smoothing: 0.5 },
      ),
  },
  {
    name: 'learning-rate-search',
    about: 'learningRateSearchFigure: a sweep of learning rates with what each rule suggests.',
    figure: () => {
      const { normal } = seeded(4);
      const lrs = steps(90).map((i) => 1e-6 * 10 ** (i / 15));
      const losses = lrs.map((lr) => 2.3 - 1.4 / (1 + (3e-3 / lr) ** 1.4) + (lr / 0.25) ** 3);
      const raw = losses.map((loss) => loss + 0.06 * normal());
      return learningRateSearchFigure({
        lrs,
        losses,
        raw,
        suggestions: { valley: 2.5e-3, steepest: 1.9e-3, minimum: 9e-3, slide: null },
      });
    },
  },
  {
    name: 'layer-norms',
    about: 'layerNormsFigure: weights, gradients and updates by layer.',
    figure: () => {
      const { normal } = seeded(5);
      const names = [
        'patch_embed.proj',
        ...steps(8).flatMap((i) => [`blocks.${i}.attn.qkv`, `blocks.${i}.mlp.fc1`]),
        'head',
      ];
      return layerNormsFigure(
        names.map((name, i) => ({
          name,
          weight: 20 * Math.exp(0.2 * normal()),
          gradient: 0.001 * 1.35 ** i * Math.exp(0.3 * normal()),
          update: 4e-5 * 1.1 ** i,
        })),
      );
    },
  },
  {
    name: 'histogram',
    about: 'histogramFigure: two samples over common bins.',
    figure: () => {
      const { normal } = seeded(6);
      return histogramFigure(
        [
          { name: 'in distribution', values: steps(3000).map(() => normal(2, 1)) },
          { name: 'out of distribution', values: [...steps(1500).map(() => normal(-1, 0.7)), Number.NaN] },
        ],
        { title: 'Energy scores', xTitle: 'energy' },
      );
    },
  },
  {
    name: 'ridges',
    about: 'ridgeFigure: the distribution of activations in each layer.',
    figure: () => {
      const { normal, uniform } = seeded(7);
      return ridgeFigure(
        steps(8).map((i) => ({
          name: `blocks.${i}`,
          values: steps(400).map(() => normal(0.4 * i, 0.5 + 0.15 * i) + (uniform() < 0.2 ? 3 : 0)),
        })),
        { title: 'Activations by layer', xTitle: 'activation' },
      );
    },
  },
  {
    name: 'timeline',
    about: 'timelineFigure: what a training step spends its time on, in two threads.',
    figure: () => {
      const { uniform } = seeded(8);
      const spans = steps(6).flatMap((i) => {
        const start = 41 * i;
        const load = 9 + 6 * uniform();
        return [
          { lane: 'main', name: 'forward', start, end: start + 12 },
          { lane: 'main', name: 'backward', start: start + 12, end: start + 33 },
          { lane: 'main', name: 'optimizer', start: start + 33, end: start + 38 },
          { lane: 'loader', name: 'decode', start: start + 2, end: start + 2 + load },
          { lane: 'loader', name: 'augment', start: start + 2 + load, end: start + 30 },
          { lane: 'loader', name: 'prefetch', start: start + 20, end: start + 39 },
        ];
      });
      return timelineFigure(spans, { title: 'Six training steps' });
    },
  },
  {
    name: 'lines',
    about: 'lineFigure: any series, here on logarithmic axes.',
    figure: () =>
      lineFigure(
        ['one thread', 'two threads', 'four threads'].map((name, k) => ({
          name,
          x: [1, 2, 4, 8, 16, 32, 64],
          y: [1, 2, 4, 8, 16, 32, 64].map((n) => (40 * n) / (1 + n / (8 * (k + 1)))),
        })),
        { title: 'Images a second', xTitle: 'batch', yTitle: 'images / s', logX: true, logY: true },
      ),
  },
  {
    name: 'bars',
    about: 'barFigure: groups of bars.',
    figure: () =>
      barFigure(
        [
          { name: 'ours', x: ['mlp', 'resnet18', 'vit_tiny'], y: [4, 31, 25] },
          { name: 'reference', x: ['mlp', 'resnet18', 'vit_tiny'], y: [6, 36, 39] },
        ],
        { title: 'Time of a step', yTitle: 'ms' },
      ),
  },
];
