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
    xaxis: {
      title: { text: options.xTitle ?? '' },
      ...scale(
        options.logX,
        series.flatMap(({ x }) => x.map(Number)),
      ),
    },
    yaxis: {
      title: { text: options.yTitle ?? '' },
      ...scale(
        options.logY,
        series.flatMap(({ y }) => y),
      ),
      tickformat: options.yFormat ?? '',
    },
  };
}

function scale(logarithmic = false, values: readonly number[] = []): object {
  return logarithmic ? logAxis(values) : { type: '-' };
}

/** A logarithmic axis on which every label is a whole number: 1, 2 and 5 of each decade, or every so many powers of ten where the values reach further. */
export function logAxis(values: readonly number[]): object {
  const powers = values.filter((value) => value > 0 && Number.isFinite(value)).map((value) => Math.log10(value));
  if (powers.length === 0) return { type: 'log' };
  const [low, high] = [Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers))];
  if (high - low > 4) return { type: 'log', exponentformat: 'power', dtick: Math.ceil((high - low) / 8) };
  const tickvals = Array.from({ length: high - low + 1 }, (_, i) =>
    [1, 2, 5].map((times) => times * 10 ** (low + i)),
  ).flat();
  const ticktext = tickvals.map((value) => value.toLocaleString('en-US', { maximumSignificantDigits: 3 }));
  return { type: 'log', tickmode: 'array', tickvals, ticktext };
}
