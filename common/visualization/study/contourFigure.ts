import { UserError } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import { template } from '../theme.js';
import { interpolate } from './interpolate.js';
import { colourBar, scoreColours } from './scale.js';
import { axisOf, paramNames, paramScale, type StudyOptions, scored, type Trial } from './trials.js';

/** The objective over two parameters, between the trials (the dots) by inverse distances (Optuna's plot_contour). `params` names the two; default the first two. */
export function contourFigure(trials: readonly Trial[], options: StudyOptions = {}): Figure {
  const { title = 'Contour', name = 'objective', direction = 'minimize' } = options;
  const points = scored(trials, options.objective);
  const [first, second] = paramNames(points, options.params);
  if (first === undefined || second === undefined)
    throw new UserError('a contour is drawn over two parameters; these trials have fewer');
  const both = points.filter(({ params }) => params[first] !== undefined && params[second] !== undefined);
  const [x, y] = [paramScale(first, both), paramScale(second, both)];
  const [xs, ys] = [both.map(({ params }) => x.at(params[first])!), both.map(({ params }) => y.at(params[second])!)];
  const grid = (range: readonly [number, number]): number[] =>
    Array.from({ length: 61 }, (_, i) => range[0] + ((range[1] - range[0]) * i) / 60);
  const [gx, gy] = [grid(x.range), grid(y.range)];
  const span = { x: x.range[1] - x.range[0], y: y.range[1] - y.range[0] };
  const samples = both.map(({ value }, i) => ({ x: xs[i]! / span.x, y: ys[i]! / span.y, value }));
  return {
    data: [
      {
        ...{
          type: 'contour',
          x: gx,
          y: gy,
          z: gy.map((v) => gx.map((u) => interpolate(samples, u / span.x, v / span.y))),
        },
        ...{
          ...scoreColours(direction),
          line: { width: 0.5, color: 'rgba(255, 255, 255, 0.5)' },
          ncontours: 14,
          hoverinfo: 'skip',
          colorbar: colourBar(name),
        },
      },
      {
        ...{
          type: 'scatter',
          mode: 'markers',
          x: xs,
          y: ys,
          showlegend: false,
          hovertemplate: '%{text}<extra></extra>',
        },
        marker: { size: 7, color: '#ffffff', line: { width: 1.2, color: '#2b2f36' } },
        text: both.map(
          ({ number, params, value }) =>
            `trial ${number}: ${first} ${params[first]}, ${second} ${params[second]}<br>${name} ${value.toPrecision(4)}`,
        ),
      },
    ],
    layout: {
      ...{ template, title: { text: title }, width: 680, height: 540, margin: { l: 84, r: 96, t: 56, b: 60 } },
      ...{ xaxis: { ...axisOf(x), showgrid: false }, yaxis: { ...axisOf(y), showgrid: false } },
    },
  };
}
