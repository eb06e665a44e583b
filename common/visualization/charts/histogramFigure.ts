import { quantile } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import { template } from '../theme.js';
import { translucent } from '../withTheme.js';
import { colourOf } from './colours.js';
import { plain, short } from './text.js';

/** Numbers with a name; those that are not finite are left out and counted. */
export type Sample = { name: string; values: ArrayLike<number> };

export type HistogramOptions = {
  title?: string;
  xTitle?: string;
  /** number of bins of equal width over all samples; default by Freedman and Diaconis (1981), 10 to 80 */
  bins?: number;
  /** shares of the sample instead of counts; default where there are several samples */
  share?: boolean;
};

/** Histograms over common bins; several samples lie over one another. */
export function histogramFigure(samples: readonly Sample[], options: HistogramOptions = {}): Figure {
  const { title = '', xTitle = '', share = samples.length > 1 } = options;
  const finite = samples.map(({ values }) => Array.from(values).filter((value) => Number.isFinite(value)));
  const edges = binEdges(finite.flat(), options.bins);
  const width = (edges[1] ?? 1) - (edges[0] ?? 0);
  const data = samples.map(({ name, values }, i): Figure['data'][number] => {
    const own = finite[i]!;
    const counts = countInBins(own, edges);
    const left = values.length - own.length;
    return {
      ...{ type: 'bar', name: left === 0 ? plain(name) : `${plain(name)} (${left} not finite)` },
      ...{ x: edges.slice(0, -1).map((edge) => edge + width / 2), width: counts.map(() => width) },
      y: counts.map((count) => (share ? count / Math.max(1, own.length) : count)),
      customdata: counts.map((count, bin) => `${short(edges[bin]!)} to ${short(edges[bin + 1]!)}: ${count}`),
      hovertemplate: '%{customdata}<extra></extra>',
      marker: {
        color: translucent(colourOf(i), samples.length > 1 ? 0.5 : 0.85),
        line: { width: 1, color: colourOf(i) },
      },
    };
  });
  return {
    data,
    layout: {
      ...{ template, title: { text: title }, width: 720, height: 420, bargap: 0, barmode: 'overlay' },
      margin: { l: 64, r: 24, t: title === '' ? 44 : 80, b: 56 },
      xaxis: { title: { text: xTitle } },
      yaxis: { title: { text: share ? 'share' : 'count' }, rangemode: 'tozero', tickformat: share ? '.3~p' : '' },
      showlegend: samples.length > 1,
    },
  };
}

/** Edges of bins of equal width over the values: as many as asked for, else 2 IQR / n^(1/3) wide, 10 to 80 of them. */
export function binEdges(values: readonly number[], bins?: number): number[] {
  const [low, high] = extent(values);
  let count = bins;
  if (count === undefined) {
    const sorted = Float64Array.from(values).sort();
    const width =
      sorted.length < 2 ? 0 : (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(sorted.length);
    count = width > 0 ? Math.min(80, Math.max(10, Math.ceil((high - low) / width))) : 10;
  }
  const spread = high > low ? high - low : 1;
  const start = high > low ? low : low - 0.5;
  return Array.from({ length: count + 1 }, (_, i) => start + (spread * i) / count);
}

/** How many values lie in [edge i, edge i+1); the last bin holds its upper edge too. */
export function countInBins(values: readonly number[], edges: readonly number[]): number[] {
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  const [low, high] = [edges[0]!, edges[bins]!];
  for (const value of values) {
    if (value < low || value > high) continue;
    let bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    // The division may round across an edge; the edges decide.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The least and the largest; [0, 1] of nothing. */
export function extent(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}
