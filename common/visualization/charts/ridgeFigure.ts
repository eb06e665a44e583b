import type { Figure } from '../figure.js';
import { ink, template } from '../theme.js';
import { translucent } from '../withTheme.js';
import { colourOf } from './colours.js';
import { density, scottBandwidth } from './density.js';
import { extent, type Sample } from './histogramFigure.js';
import { plain, shorten, widest } from './text.js';

export type RidgeOptions = {
  title?: string;
  xTitle?: string;
  /** how far a ridge may rise, in rows; default 1.8: it covers part of the one above */
  overlap?: number;
  /** one colour for all instead of one each: for rows that are steps in time */
  oneColour?: boolean;
};

/** A density a row over a common axis, first sample on top: distributions of many groups, layers or epochs. Every ridge is scaled by the highest of all. */
export function ridgeFigure(samples: readonly Sample[], options: RidgeOptions = {}): Figure {
  const { title = '', xTitle = '', overlap = 1.8, oneColour = false } = options;
  const finite = samples.map(({ values }) => Array.from(values).filter((value) => Number.isFinite(value)));
  const bandwidths = finite.map((values) => scottBandwidth(values));
  const [low, high] = extent(finite.flat());
  const tail = Math.max(0, ...bandwidths) * 2;
  const x = Array.from({ length: 200 }, (_, i) => low - tail + ((high - low + 2 * tail) * i) / 199);
  const ridges = finite.map((values, i) => density(values, x, bandwidths[i]!));
  const highest = Math.max(...ridges.flat(), Number.MIN_VALUE);
  const n = samples.length;
  const names = samples.map(({ name }) => shorten(name, 160, 12));
  const data = samples.flatMap((_, i): Figure['data'] => {
    const base = n - 1 - i;
    const colour = colourOf(oneColour ? 0 : i);
    const shared = { type: 'scatter', mode: 'lines', x, showlegend: false } as const;
    return [
      { ...shared, y: x.map(() => base), line: { width: 0, color: colour }, hoverinfo: 'skip' },
      {
        ...{
          ...shared,
          y: ridges[i]!.map((value) => base + (overlap * value) / highest),
          line: { width: 1.5, color: colour },
        },
        ...{ fill: 'tonexty', fillcolor: translucent(colour, 0.55), name: plain(names[i]!) },
        hovertemplate: `${plain(names[i]!)} at %{x:.3g}<extra></extra>`,
      },
    ];
  });
  return {
    data,
    layout: {
      ...{ template, title: { text: title }, width: 720, height: 130 + 44 * n },
      margin: { l: 40 + widest(names, 12), r: 24, t: title === '' ? 32 : 60, b: 56 },
      xaxis: { title: { text: xTitle } },
      yaxis: {
        ...{
          tickmode: 'array',
          tickvals: names.map((_, i) => n - 1 - i),
          ticktext: names.map(plain),
          ticks: '',
          ticklabelstandoff: 6,
        },
        ...{ range: [-0.15, n - 1 + overlap + 0.1], tickfont: { size: 12, color: ink } },
      },
    },
  };
}
