import type { Figure } from '../../visualization/index.js';
import type { RunInfo } from './runInfo.js';

/** The metrics of several runs over their epochs: a panel a metric, a colour a run. */
export async function comparisonFigure(runs: readonly RunInfo[], metrics: readonly string[]): Promise<Figure> {
  const { palette, template } = await import('../../visualization/index.js');
  const colours = Object.values(palette);
  const data: Figure['data'] = [];
  const axes: Record<string, unknown> = {};
  const gap = 0.1;
  const width = (1 - gap * (metrics.length - 1)) / metrics.length;
  const longest = Math.max(0, ...runs.map(({ history }) => history.at(-1)?.epoch ?? history.length));
  // Epochs are whole numbers: no ticks between them.
  const ticks = longest <= 8 ? { dtick: 1 } : { tickformat: 'd' };
  metrics.forEach((metric, panel) => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const left = panel * (width + gap);
    axes[`xaxis${suffix}`] = {
      title: { text: 'epoch' },
      domain: [left, left + width],
      anchor: `y${suffix}`,
      ...ticks,
    };
    axes[`yaxis${suffix}`] = { title: { text: metric }, anchor: `x${suffix}` };
    runs.forEach(({ name, history }, i) => {
      const points = history.filter((row) => Number.isFinite(row[metric]));
      data.push({
        ...{ type: 'scatter', mode: points.length > 40 ? 'lines' : 'lines+markers', name, legendgroup: name },
        showlegend: panel === 0,
        x: points.map((row, at) => row.epoch ?? at + 1),
        y: points.map((row) => row[metric] ?? null),
        ...{ xaxis: `x${suffix}`, yaxis: `y${suffix}` },
        line: { width: 2, color: colours[i % colours.length], dash: i < colours.length ? 'solid' : 'dash' },
        marker: { size: 5 },
      });
    });
  });
  const layout: Figure['layout'] = {
    template,
    title: { text: `${runs.length} runs` },
    width: Math.max(640, 520 * metrics.length),
    height: 420 + 22 * runs.length,
    margin: { l: 64, r: 24, t: 64, b: 80 + 22 * runs.length },
    legend: { orientation: 'v', x: 0, y: -0.2, yanchor: 'top' },
    ...axes,
  };
  return { data, layout };
}

/** What is compared by default: the monitored metric and the validation's loss, as far as the runs have them. */
export function comparedMetrics(runs: readonly RunInfo[]): string[] {
  const monitored = runs.flatMap(({ best }) => (best === null ? [] : [best.metric]));
  const wanted = [...new Set([...monitored.slice(0, 1), 'val_loss', 'train_loss'])];
  const found = wanted.filter((metric) =>
    runs.some(({ history }) => history.some((row) => Number.isFinite(row[metric]))),
  );
  return found.slice(0, 2);
}
