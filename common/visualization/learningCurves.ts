import type { Figure } from './figure.js';
import { palette, template } from './theme.js';

/** A row of a run's metrics: `epoch` or `step` or both, and metrics; a missing one is undefined or NaN. */
export type MetricsRow = { readonly [key: string]: number | undefined };

export type LearningCurvesOptions = {
  title?: string;
  /** the key of the x axis; default `epoch` where a row has it, else `step` */
  x?: string;
  /** which metrics get a panel, by their name without the split; default `loss` and `accuracy`, or all where neither is there */
  metrics?: readonly string[];
};

const splitColours = {
  train: palette.blue,
  validation: palette.vermillion,
  test: palette.green,
} as const;
type Split = keyof typeof splitColours;

/** `val_loss`, `valLoss`, `validation/loss`, `test.loss` → split and metric; `loss` and `train_loss` belong to training. */
export function splitOfMetric(key: string): { split: Split; metric: string } {
  const match = /^(train(?:ing)?|val(?:id(?:ation)?)?|test)(?:[_./ -]+(.+)|([A-Z].*))$/.exec(key);
  if (match === null) return { split: 'train', metric: key };
  const prefix = match[1]!;
  const metric = match[2] ?? match[3]!.charAt(0).toLowerCase() + match[3]!.slice(1);
  return { split: prefix.startsWith('train') ? 'train' : prefix === 'test' ? 'test' : 'validation', metric };
}

/** Metrics for which more is better, and which are shares. */
const isShare = (metric: string): boolean => /acc|precision|recall|f1|auc|map|top/i.test(metric);

/**
 * Learning curves: a panel for each metric, side by side, with training, validation and test in it together.
 * The best value of the validation (or the test) is written beside its point: the largest for shares such as accuracy, the least for losses.
 */
export function learningCurves(rows: readonly MetricsRow[], options: LearningCurvesOptions = {}): Figure {
  const x = options.x ?? (rows.some((row) => row.epoch !== undefined) ? 'epoch' : 'step');
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (key) => key !== 'epoch' && key !== 'step' && key !== x,
  );
  const present = [...new Set(keys.map((key) => splitOfMetric(key).metric))];
  const usual = ['loss', 'accuracy'].filter((metric) => present.includes(metric));
  const panels = options.metrics ?? (usual.length > 0 ? usual : present);

  const data: Figure['data'] = [];
  const layout: Figure['layout'] = {
    template,
    title: { text: options.title ?? 'Learning curves' },
    annotations: [],
    width: Math.max(480, 460 * panels.length),
    height: 400,
    margin: { l: 64, r: 24, t: 88, b: 56 },
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.04, yanchor: 'bottom' },
  };
  const legendShown = new Set<Split>();
  panels.forEach((metric, panel) => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const gap = panels.length > 1 ? 0.1 : 0;
    const width = (1 - gap * (panels.length - 1)) / Math.max(1, panels.length);
    const domain = [panel * (width + gap), panel * (width + gap) + width];
    Object.assign(layout, {
      [`xaxis${suffix}`]: {
        title: { text: x },
        domain,
        anchor: `y${suffix}`,
        rangemode: 'tozero',
        ...wholeTicks(rows, x),
      },
      [`yaxis${suffix}`]: {
        title: { text: metric },
        anchor: `x${suffix}`,
        rangemode: isShare(metric) ? 'normal' : 'tozero',
        ...(isShare(metric) ? { tickformat: '.3~p' } : {}),
      },
    });
    for (const key of keys) {
      const { split, metric: of } = splitOfMetric(key);
      if (of !== metric) continue;
      const points = rows.flatMap((row) => {
        const at = row[x];
        const value = row[key];
        return at !== undefined && value !== undefined && Number.isFinite(value) ? [{ at, value }] : [];
      });
      data.push({
        type: 'scatter',
        mode: points.length > 40 ? 'lines' : 'lines+markers',
        name: split,
        legendgroup: split,
        showlegend: !legendShown.has(split),
        x: points.map(({ at }) => at),
        y: points.map(({ value }) => value),
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        line: { width: 2, color: splitColours[split] },
        marker: { size: 5, color: splitColours[split] },
      });
      legendShown.add(split);
      if (split !== 'train' && points.length > 0) layout.annotations?.push(bestOf(points, metric, suffix, split));
    }
  });
  return { data, layout };
}

/** Epochs are whole numbers: no ticks between them. */
function wholeTicks(rows: readonly MetricsRow[], x: string): object {
  const last = Math.max(0, ...rows.map((row) => row[x] ?? 0));
  return last <= 8 ? { dtick: 1 } : { tickformat: 'd' };
}

function bestOf(
  points: readonly { at: number; value: number }[],
  metric: string,
  suffix: string,
  split: Split,
): NonNullable<Figure['layout']['annotations']>[number] {
  const share = isShare(metric);
  const best = points.reduce((a, b) => ((share ? b.value > a.value : b.value < a.value) ? b : a));
  const text = share ? `${(best.value * 100).toFixed(1)} %` : best.value.toPrecision(3);
  const first = Math.min(...points.map(({ at }) => at));
  const last = Math.max(...points.map(({ at }) => at));
  return {
    text: `best ${text}`,
    x: best.at,
    y: best.value,
    xref: `x${suffix}` as 'x',
    yref: `y${suffix}` as 'y',
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 1,
    arrowcolor: splitColours[split],
    ax: best.at > (first + last) / 2 ? -40 : 40,
    // Shares rise to the top of the panel and losses fall to its bottom: the free room is on the other side.
    ay: share ? 36 : -36,
    font: { size: 12, color: splitColours[split] },
    bgcolor: 'rgba(255, 255, 255, 0.8)',
  };
}
