import type { Figure } from '../figure.js';
import type { MetricsRow } from '../learningCurves.js';
import { logAxis } from '../series.js';
import { translucent } from '../withTheme.js';
import { type BandKind, bandOf, type Curve } from './bands.js';
import { colourOf, dashOf } from './colours.js';
import { panelGrid, panelTitle, setAxes } from './panels.js';
import { debiasedAverage } from './smoothing.js';
import { widest } from './text.js';

/** What a run logged. Runs of the same `group` (the same settings, other seeds) are drawn as one mean with a band. */
export type RunRows = { name: string; group?: string; rows: readonly MetricsRow[] };

export type RunCurvesOptions = {
  title?: string;
  /** the key of the x axis; default `step` where every run has it, else `epoch` */
  x?: string;
  /** a panel each; default `val_loss`, or what most runs have */
  metrics?: readonly string[];
  /** weight of TensorBoard's moving average, 0 to below 1; default 0. The values as they were stay visible, faintly. */
  smoothing?: number;
  /** what a band covers; default `deviation` */
  band?: BandKind;
  logY?: boolean;
};

/** The curves of several runs: a panel a metric, a colour a run or group of runs; smoothed each, then averaged over the group. */
export function runCurvesFigure(runs: readonly RunRows[], options: RunCurvesOptions = {}): Figure {
  const { smoothing = 0, band = 'deviation', logY = false } = options;
  const keys = [...new Set(runs.flatMap(({ rows }) => rows.flatMap((row) => Object.keys(row))))];
  const x = options.x ?? (runs.every(({ rows }) => rows.some((row) => row.step !== undefined)) ? 'step' : 'epoch');
  const metrics =
    options.metrics ??
    (keys.includes('val_loss') ? ['val_loss'] : keys.filter((key) => key !== 'epoch' && key !== 'step').slice(0, 2));
  const groups = new Map<string, RunRows[]>();
  for (const run of runs) groups.set(run.group ?? run.name, [...(groups.get(run.group ?? run.name) ?? []), run]);

  const names = [...groups].map(([name, members]) => (members.length > 1 ? `${name} (${members.length} runs)` : name));
  const legend = widest(names, 12) + 56;
  const { panels, layout } = panelGrid(metrics.length, {
    ...{ columns: Math.min(3, metrics.length), width: metrics.length === 1 ? 560 : 400, height: 300 },
    margin: { t: 72, r: legend },
  });
  const data: Figure['data'] = [];
  metrics.forEach((metric, place) => {
    const panel = panels[place]!;
    const axes = { xaxis: panel.x, yaxis: panel.y };
    setAxes(
      layout,
      panel,
      { title: { text: x } },
      logY ? logAxis(runs.flatMap(({ rows }) => rows.map((row) => row[metric] ?? Number.NaN))) : {},
    );
    layout.annotations?.push(panelTitle(panel, metric));
    [...groups.values()].forEach((members, i) => {
      const curves = members.map(({ rows }) => curveOf(rows, x, metric));
      const smooth = curves.map((curve) => ({ x: curve.x, y: debiasedAverage(curve.y, smoothing) }));
      const color = colourOf(i);
      const name = names[i]!;
      const line = { width: 2, color, dash: dashOf(i) };
      const shared = { ...axes, name, legendgroup: name, type: 'scatter', mode: 'lines' } as const;
      if (members.length > 1) {
        const { x: at, mean, low, high } = bandOf(smooth, band);
        const fillcolor = translucent(color, 0.2);
        data.push({
          ...shared,
          ...{ x: [...at, ...[...at].reverse()], y: [...high, ...[...low].reverse()], fill: 'toself', fillcolor },
          ...{ line: { width: 0, color }, hoverinfo: 'skip', showlegend: false },
        });
        data.push({ ...shared, x: at, y: mean, line, showlegend: place === 0 });
        return;
      }
      const [raw, curve] = [curves[0]!, smooth[0]!];
      if (smoothing > 0)
        data.push({
          ...{ ...shared, x: [...raw.x], y: [...raw.y], showlegend: false, hoverinfo: 'skip' },
          line: { width: 1, color: translucent(color, 0.3) },
        });
      data.push({ ...shared, x: [...curve.x], y: [...curve.y], line, showlegend: place === 0 });
    });
  });
  const title = options.title ?? (smoothing > 0 ? `Runs, smoothed by ${smoothing}` : 'Runs');
  return {
    data,
    layout: {
      ...{ ...layout, title: { text: title }, showlegend: groups.size > 1 },
      legend: { orientation: 'v', x: 1, xanchor: 'left', xref: 'paper', y: 1, yanchor: 'top' },
    },
  };
}

function curveOf(rows: readonly MetricsRow[], x: string, metric: string): Curve {
  const points = rows.flatMap((row) => {
    const [at, value] = [row[x], row[metric]];
    return at === undefined || value === undefined ? [] : [{ at, value }];
  });
  return { x: points.map(({ at }) => at), y: points.map(({ value }) => value) };
}
