import { plain, shorten, widest } from '../charts/text.js';
import type { Figure } from '../figure.js';
import { ink, palette, template } from '../theme.js';

/** How much of the objective's variation each parameter explains, the most on top (Optuna's plot_param_importances). `importances` are computed elsewhere; shares of 1. */
export function importanceFigure(
  importances: Readonly<Record<string, number>>,
  { title = 'Importance of the parameters', name = 'objective' }: { title?: string; name?: string } = {},
): Figure {
  const sorted = Object.entries(importances).sort(([, a], [, b]) => a - b);
  const names = sorted.map(([param]) => shorten(param, 200, 12));
  const most = Math.max(0, ...sorted.map(([, share]) => share));
  return {
    data: [
      {
        ...{
          type: 'bar',
          orientation: 'h',
          x: sorted.map(([, share]) => share),
          y: sorted.map((_, i) => i),
          marker: { color: palette.blue },
        },
        ...{
          text: sorted.map(([, share]) => (share > 0 && share < 0.005 ? '< 0.01' : share.toFixed(2))),
          textposition: 'outside',
          cliponaxis: false,
        },
        ...{ textfont: { size: 12, color: ink }, hovertemplate: '%{x:.4f}<extra></extra>' },
      },
    ],
    layout: {
      ...{ template, title: { text: title }, width: 680, height: 140 + 30 * sorted.length, bargap: 0.35 },
      margin: { l: 28 + widest(names, 12), r: 48, t: 56, b: 56 },
      xaxis: {
        title: { text: `share of the variation of ${plain(name)}` },
        rangemode: 'tozero',
        range: [0, most * 1.08 || 1],
      },
      yaxis: {
        tickmode: 'array',
        tickvals: sorted.map((_, i) => i),
        ticktext: names.map(plain),
        ticks: '',
        ticklabelstandoff: 6,
        showgrid: false,
        tickfont: { size: 12, color: ink },
      },
    },
  };
}
