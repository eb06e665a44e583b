import type { PrecisionRecallCurve } from '../../metrics/index.js';
import type { Figure } from '../figure.js';
import { faint, grid } from '../theme.js';
import { colourOf, dashOf } from './colours.js';
import type { Annotation } from './panels.js';
import { type RateOptions, squareLayout } from './rocFigure.js';
import { plain } from './text.js';

/** A named curve; the average precision is the area under its steps where it is not given. */
export type NamedPrecisionRecall = { name: string; curve: PrecisionRecallCurve; averagePrecision?: number };

/**
 * Precision-recall curves as `precisionRecallCurve` gives them, in steps, as average precision counts them; dashed what saying «positive» to everything
 * reaches; faint lines of equal F1.
 */
export function precisionRecallFigure(
  curves: PrecisionRecallCurve | readonly NamedPrecisionRecall[],
  { title = 'Precision and recall' }: RateOptions = {},
): Figure {
  const named = 'thresholds' in curves ? [{ name: 'model', curve: curves }] : curves;
  const scores = [0.2, 0.4, 0.6, 0.8];
  const data: Figure['data'] = scores.map((f1) => {
    // F1 = 2PR / (P + R), so P = F1 R / (2R - F1) from R = F1 / (2 - F1), where P is 1.
    const from = f1 / (2 - f1);
    const x = Array.from({ length: 60 }, (_, i) => from + ((1 - from) * i) / 59);
    return {
      ...{ type: 'scatter', mode: 'lines', x, y: x.map((recall) => (f1 * recall) / (2 * recall - f1)) },
      ...{ line: { width: 1, color: grid }, hoverinfo: 'skip', showlegend: false },
    };
  });
  const shares = new Set(named.map(({ curve }) => curve.precision[0] ?? 0));
  for (const share of shares)
    data.push({
      ...{ type: 'scatter', mode: 'lines', x: [0, 1], y: [share, share], hoverinfo: 'skip', showlegend: false },
      line: { width: 1, color: faint, dash: 'dash' },
    });
  named.forEach((one, i) => {
    const { precision, recall, thresholds } = one.curve;
    data.push({
      ...{ type: 'scatter', mode: 'lines', name: `${plain(one.name)}, AP ${precisionOf(one).toFixed(3)}` },
      ...{ x: recall, y: precision, customdata: [...thresholds.map(String), '∞'] },
      line: { width: 2, shape: 'hv', color: colourOf(i), dash: dashOf(i) },
      hovertemplate: 'threshold %{customdata}<br>recall %{x:.1%}, precision %{y:.1%}<extra></extra>',
    });
  });
  const labels = scores.map(
    (f1): Annotation => ({
      ...{ text: `F1 ${f1}`, x: 1, y: f1 / (2 - f1), xanchor: 'left', xshift: 6, showarrow: false },
      font: { size: 11, color: faint },
    }),
  );
  const layout = squareLayout(title, 'recall', 'precision');
  const legend = { ...layout.legend, x: 0.02, xanchor: 'left' as const };
  const margin = { ...layout.margin, r: 64 };
  return { data, layout: { ...layout, legend, margin, width: 596, annotations: labels } };
}

function precisionOf({ curve: { precision, recall }, averagePrecision }: NamedPrecisionRecall): number {
  return averagePrecision ?? precision.reduce((sum, p, i) => sum + p * ((recall[i] ?? 0) - (recall[i + 1] ?? 0)), 0);
}
