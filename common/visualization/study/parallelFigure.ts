import type { Annotation, Shape } from '../charts/panels.js';
import { plain, shorten } from '../charts/text.js';
import type { Figure } from '../figure.js';
import { faint, grid, ink, template } from '../theme.js';
import { colourBar, scoreColours, shadeOf } from './scale.js';
import { niceTicks, type ParamScale, paramNames, paramScale, type StudyOptions, scored, type Trial } from './trials.js';

/**
 * Parallel coordinates: an upright axis for the objective and each parameter, a line a trial through its values; the better the trial, the darker and the further in
 * front (Optuna's plot_parallel_coordinate). Drawn with plain lines, as plotly's own kind needs WebGL, which neither a picture nor many a notebook has.
 */
export function parallelFigure(trials: readonly Trial[], options: StudyOptions = {}): Figure {
  const { title = 'Parallel coordinates', name = 'objective', direction = 'minimize' } = options;
  const points = scored(trials, options.objective);
  const params = paramNames(points, options.params);
  const values = points.map(({ value }) => value);
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const pad = 0.05 * (high - low || 1);
  const objective = {
    name,
    range: [low - pad, high + pad],
    ticks: niceTicks(low, high).map((at) => ({ at, text: String(at) })),
  };
  const scales = params.map((param) => paramScale(param, points));
  const axes: Pick<ParamScale, 'name' | 'range' | 'ticks'>[] = [
    { ...objective, range: [low - pad, high + pad] },
    ...scales,
  ];
  const up = (at: number, [from, to]: readonly [number, number]): number => (at - from) / (to - from);
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  // The best are drawn last, over the others.
  const sorted = [...points].sort((a, b) => (direction === 'minimize' ? b.value - a.value : a.value - b.value));
  const lines = sorted.map(({ number, params: own, value }): Figure['data'][number] => {
    const places = [
      up(value, objective.range as [number, number]),
      ...scales.map((scale) => {
        const at = scale.at(own[scale.name]);
        return at === undefined ? null : up(at, scale.range);
      }),
    ];
    const label = [
      `trial ${number}`,
      `${name} ${value.toPrecision(4)}`,
      ...scales.map((scale) => `${scale.name} ${own[scale.name] ?? 'none'}`),
    ];
    return {
      ...{ type: 'scatter', mode: 'lines', x: places.map((_, i) => i), y: places, showlegend: false, opacity: 0.75 },
      ...{
        line: {
          width: 1.5,
          color: shadeOf(direction === 'maximize' ? share(value) : 1 - share(value)),
        },
      },
      ...{ text: label.map(plain).join('<br>'), hovertemplate: '%{text}<extra></extra>' },
    };
  });
  const bar: Figure['data'][number] = {
    ...{ type: 'scatter', mode: 'markers', x: [null], y: [null], showlegend: false, hoverinfo: 'skip' },
    marker: {
      color: [low, high],
      cmin: low,
      cmax: high,
      ...scoreColours(direction),
      showscale: true,
      colorbar: colourBar(plain(name)),
    },
  };
  const shapes = axes.map(
    (_, i): Partial<Shape> => ({
      type: 'line',
      x0: i,
      x1: i,
      y0: 0,
      y1: 1,
      line: { width: 1.5, color: faint },
      layer: 'above',
    }),
  );
  const annotations = axes.flatMap(({ name: axis, ticks, range }, i): Partial<Annotation>[] => [
    {
      text: `<b>${plain(shorten(axis, 126, 12))}</b>`,
      x: i,
      y: 1,
      yref: 'paper',
      yshift: 6,
      yanchor: 'bottom',
      showarrow: false,
      font: { size: 12, color: ink },
    },
    ...ticks
      .filter(({ at }) => at >= range[0] && at <= range[1])
      .map(
        ({ at, text }): Partial<Annotation> => ({
          ...{ text: plain(text), x: i, y: up(at, range), xanchor: 'right', xshift: -4, showarrow: false },
          ...{ font: { size: 11, color: ink }, bgcolor: 'rgba(255, 255, 255, 0.8)', borderpad: 0 },
        }),
      ),
  ]);
  const hidden = { visible: false, fixedrange: true } as const;
  return {
    data: [...lines, bar],
    layout: {
      ...{
        template,
        title: { text: title },
        width: Math.max(480, 200 + 140 * params.length),
        height: 460,
        hovermode: 'closest',
      },
      ...{ margin: { l: 72, r: 100, t: 84, b: 28 }, shapes, annotations, plot_bgcolor: '#ffffff' },
      xaxis: { ...hidden, range: [-0.05, axes.length - 0.95] },
      yaxis: { ...hidden, range: [0, 1], gridcolor: grid },
    },
  };
}
