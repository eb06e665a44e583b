import type { RocCurve } from '../../metrics/index.js';
import type { Figure } from '../figure.js';
import { faint, template } from '../theme.js';
import { colourOf, dashOf } from './colours.js';
import { plain } from './text.js';

/** A named curve; the area is that under the curve by trapezoids where it is not given. */
export type NamedRoc = { name: string; curve: RocCurve; auc?: number };

export type RateOptions = { title?: string };

/** ROC curves as `rocCurve` gives them: a point for each threshold, their area in the legend, and the diagonal of chance. */
export function rocFigure(curves: RocCurve | readonly NamedRoc[], { title = 'ROC curve' }: RateOptions = {}): Figure {
  const named = 'thresholds' in curves ? [{ name: 'model', curve: curves }] : curves;
  const data: Figure['data'] = [
    {
      ...{ type: 'scatter', mode: 'lines', name: 'chance', x: [0, 1], y: [0, 1], showlegend: false, hoverinfo: 'skip' },
      line: { width: 1, color: faint, dash: 'dash' },
    },
    ...named.map((one, i): Figure['data'][number] => ({
      ...{ type: 'scatter', mode: 'lines', name: `${plain(one.name)}, area ${areaOf(one).toFixed(3)}` },
      ...{
        x: one.curve.falsePositiveRate,
        y: one.curve.truePositiveRate,
        customdata: one.curve.thresholds.map(String),
      },
      line: { width: 2, color: colourOf(i), dash: dashOf(i) },
      hovertemplate: 'threshold %{customdata}<br>false positives %{x:.1%}, true positives %{y:.1%}<extra></extra>',
    })),
  ];
  return { data, layout: squareLayout(title, 'false positive rate', 'true positive rate') };
}

function areaOf({ curve: { falsePositiveRate: x, truePositiveRate: y }, auc }: NamedRoc & { auc?: number }): number {
  return auc ?? x.reduce((sum, at, i) => (i === 0 ? 0 : sum + ((at - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2), 0);
}

/** Two shares against each other, both from 0 to 1, in a square, with the legend in the free corner at the right. */
export function squareLayout(title: string, xTitle: string, yTitle: string): Figure['layout'] {
  const range: [number, number] = [-0.005, 1.005];
  const axis = { range, tickformat: '.0%', dtick: 0.2, zeroline: false };
  return {
    ...{ template, title: { text: title }, width: 560, height: 560, margin: { l: 72, r: 28, t: 56, b: 60 } },
    xaxis: { ...axis, title: { text: xTitle } },
    yaxis: { ...axis, title: { text: yTitle } },
    legend: {
      orientation: 'v',
      x: 0.98,
      xanchor: 'right',
      y: 0.03,
      yanchor: 'bottom',
      bgcolor: 'rgba(255, 255, 255, 0.8)',
    },
    showlegend: true,
  };
}
