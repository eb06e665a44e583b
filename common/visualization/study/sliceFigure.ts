import { panelGrid, setAxes } from '../charts/panels.js';
import type { Figure } from '../figure.js';
import { colourBar, shadeScale } from './scale.js';
import { axisOf, paramNames, paramScale, type StudyOptions, scored, type Trial } from './trials.js';

/** The objective over each parameter alone, a panel each; colour is the number of the trial: later ones are darker (Optuna's plot_slice). */
export function sliceFigure(trials: readonly Trial[], options: StudyOptions = {}): Figure {
  const { title = 'Slices', name = 'objective' } = options;
  const points = scored(trials, options.objective);
  const names = paramNames(points, options.params);
  const { panels, layout } = panelGrid(names.length, {
    ...{
      columns: Math.min(4, names.length),
      width: 240,
      height: 260,
      gapX: 24,
      gapY: 72,
      margin: { l: 72, r: 92, t: 56, b: 60 },
    },
  });
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = 0.05 * (high - low || 1);
  const columns = Math.min(4, names.length);
  const data = names.map((param, i): Figure['data'][number] => {
    const panel = panels[i]!;
    const scale = paramScale(param, points);
    const first = i % columns === 0;
    setAxes(layout, panel, axisOf(scale), {
      range: [low - pad, high + pad],
      showticklabels: first,
      title: { text: first ? name : '' },
    });
    const own = points.filter(({ params }) => params[param] !== undefined);
    return {
      ...{ type: 'scatter', mode: 'markers', xaxis: panel.x, yaxis: panel.y, showlegend: false },
      ...{ x: own.map(({ params }) => scale.at(params[param]) ?? null), y: own.map(({ value }) => value) },
      text: own.map(({ number, params }) => `trial ${number}: ${param} ${params[param]}`),
      hovertemplate: `%{text}<br>${name} %{y:.4g}<extra></extra>`,
      marker: {
        ...{
          size: 7,
          color: own.map(({ number }) => number),
          colorscale: shadeScale,
          line: { width: 0.5, color: '#6b7280' },
        },
        ...{
          cmin: 0,
          cmax: Math.max(1, ...points.map(({ number }) => number)),
          showscale: i === 0,
          colorbar: colourBar('trial'),
        },
      },
    };
  });
  return { data, layout: { ...layout, title: { text: title } } };
}
