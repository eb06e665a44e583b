import type { Figure } from './figure.js';
import { template } from './theme.js';

/** A line or a group of bars: as many `y` as `x`; what is not a finite number leaves a gap. */
export type Series = { name: string; x: readonly (number | string)[]; y: readonly number[] };

export type SeriesOptions = {
  title?: string;
  xTitle?: string;
  yTitle?: string;
  /** logarithmic axes; default none of them */
  logX?: boolean;
  logY?: boolean;
  /** d3 format of the y axis' ticks, for example `.0%` */
  yFormat?: string;
};

/** Lines over a common x axis, one colour a series. */
export function lineFigure(series: readonly Series[], options: SeriesOptions = {}): Figure {
  return {
    data: series.map(({ name, x, y }) => ({
      type: 'scatter',
      mode: x.length > 40 ? 'lines' : 'lines+markers',
      name,
      x: [...x],
      y: finite(y),
      line: { width: 2 },
      marker: { size: 5 },
    })),
    layout: layoutOf(series, options),
  };
}

/** Upright bars; several series stand beside each other. */
export function barFigure(series: readonly Series[], options: SeriesOptions = {}): Figure {
  return {
    data: series.map(({ name, x, y }) => ({ type: 'bar', name, x: [...x], y: finite(y) })),
    layout: { ...layoutOf(series, options), bargap: 0.25 },
  };
}

/** Plotly leaves a gap for null, JSON knows no other way to say so. */
export function finite(values: readonly number[]): (number | null)[] {
  return values.map((value) => (Number.isFinite(value) ? value : null));
}

function layoutOf(series: readonly Series[], options: SeriesOptions): Figure['layout'] {
  return {
    template,
    title: { text: options.title ?? '' },
    margin: { l: 64, r: 24, t: options.title ? 80 : 40, b: 56 },
    showlegend: series.length > 1,
    xaxis: { title: { text: options.xTitle ?? '' }, ...scale(options.logX) },
    yaxis: {
      title: { text: options.yTitle ?? '' },
      ...scale(options.logY),
      tickformat: options.yFormat ?? '',
    },
  };
}

/** Of a logarithmic axis 1, 2 and 5 in every decade are labelled. */
function scale(logarithmic = false): { type: 'log' | '-'; dtick?: string } {
  return logarithmic ? { type: 'log', dtick: 'D2' } : { type: '-' };
}
