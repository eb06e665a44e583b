import { contourFigure } from '../study/contourFigure.js';
import { historyFigure } from '../study/historyFigure.js';
import { importanceFigure } from '../study/importanceFigure.js';
import { parallelFigure } from '../study/parallelFigure.js';
import { paretoFigure } from '../study/paretoFigure.js';
import { sliceFigure } from '../study/sliceFigure.js';
import type { Trial } from '../study/trials.js';
import type { GalleryCase } from './cases.js';
import { seeded } from './seeded.js';

/** 60 trials of a study with two objectives: error, and milliseconds. */
function trials(): Trial[] {
  const { uniform, normal } = seeded(41);
  return Array.from({ length: 60 }, (_, number) => {
    const narrow = Math.max(0.25, 1 - number / 50);
    const lr = 10 ** (-3 + 2 * narrow * (2 * uniform() - 1));
    const depth = 2 + Math.floor(11 * uniform());
    const dropout = 0.5 * uniform();
    const optimizer = ['adamw', 'sgd', 'lion'][Math.floor(3 * uniform())]!;
    const error =
      0.08 +
      0.06 * (Math.log10(lr) + 3) ** 2 +
      0.15 * (dropout - 0.15) ** 2 +
      0.1 / depth +
      (optimizer === 'sgd' ? 0.03 : 0) +
      Math.abs(normal(0, 0.008));
    if (number % 17 === 16) return { number, params: { lr, depth, dropout, optimizer } };
    return {
      number,
      params: { lr, depth, dropout, optimizer },
      values: [error, 2 + 1.7 * depth + Math.abs(normal(0, 2))],
    };
  });
}

const study = trials();
const name = 'validation error';

export const studies: GalleryCase[] = [
  {
    name: 'history',
    about: 'historyFigure: the trials in their order and the best so far.',
    figure: () => historyFigure(study, { name }),
  },
  {
    name: 'parallel-coordinates',
    about: 'parallelFigure: a line a trial through all its parameters.',
    figure: () => parallelFigure(study, { name }),
  },
  {
    name: 'slice',
    about: 'sliceFigure: the objective over each parameter alone.',
    figure: () => sliceFigure(study, { name }),
  },
  {
    name: 'contour',
    about: 'contourFigure: the objective over two parameters.',
    figure: () => contourFigure(study, { name, params: ['lr', 'dropout'] }),
  },
  {
    name: 'importance',
    about: 'importanceFigure: how much each parameter explains.',
    figure: () =>
      importanceFigure(
        { lr: 0.71, optimizer: 0.13, depth: 0.11, dropout: 0.047, 'a.very.long.name.of.a.parameter': 0.002 },
        { name },
      ),
  },
  {
    name: 'pareto',
    about: 'paretoFigure: trials of two objectives and the front of the best.',
    figure: () => paretoFigure(study, { names: ['validation error', 'ms a step'] }),
  },
];
