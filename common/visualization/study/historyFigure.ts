import type { Figure } from '../figure.js';
import { palette, template } from '../theme.js';
import { better, type StudyOptions, scored, type Trial } from './trials.js';

/** Each trial's value in the order of the trials, and the best one so far in steps (Optuna's plot_optimization_history). */
export function historyFigure(trials: readonly Trial[], options: StudyOptions = {}): Figure {
  const { title = 'Optimization history', name = 'objective', direction = 'minimize' } = options;
  const points = scored(trials, options.objective).sort((a, b) => a.number - b.number);
  let best: number | undefined;
  const bests = points.map(({ value }) => {
    if (best === undefined || better(value, best, direction)) best = value;
    return best;
  });
  const x = points.map(({ number }) => number);
  return {
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        name,
        x,
        y: points.map(({ value }) => value),
        marker: { size: 7, color: palette.blue, opacity: 0.75 },
      },
      {
        type: 'scatter',
        mode: 'lines',
        name: 'best so far',
        x,
        y: bests,
        line: { width: 2, color: palette.vermillion, shape: 'hv' },
      },
    ],
    layout: {
      ...{ template, title: { text: title }, width: 760, height: 440, margin: { l: 72, r: 24, t: 84, b: 56 } },
      xaxis: { title: { text: 'trial' } },
      yaxis: { title: { text: name } },
    },
  };
}
