import type { Figure } from '../figure.js';
import { ink, template } from '../theme.js';
import { colourOf } from './colours.js';
import { plain, shorten, widest } from './text.js';

/** One stretch of time: a kernel, a phase of a step, a job. Times in milliseconds from any common start. */
export type Span = {
  name: string;
  start: number;
  end: number;
  /** the row it stands in (a thread, a worker, a machine); default its name */
  lane?: string;
  /** what its colour stands for; default its name */
  group?: string;
};

export type TimelineOptions = { title?: string };

/** A Gantt chart: a lane for each thread, worker or job, first on top. Spans of one lane that overlap get rows of their own within it. */
export function timelineFigure(spans: readonly Span[], { title = 'Timeline' }: TimelineOptions = {}): Figure {
  const start = spans.reduce((least, span) => Math.min(least, span.start), Number.POSITIVE_INFINITY);
  const end = spans.reduce((most, span) => Math.max(most, span.end), Number.NEGATIVE_INFINITY);
  const unit =
    end - start >= 10_000
      ? { name: 's', ms: 1000 }
      : end - start >= 5
        ? { name: 'ms', ms: 1 }
        : { name: 'µs', ms: 0.001 };
  const lanes = new Map<string, Span[]>();
  for (const span of spans) lanes.set(span.lane ?? span.name, [...(lanes.get(span.lane ?? span.name) ?? []), span]);
  const placed: { span: Span; row: number }[] = [];
  const labels: { text: string; row: number }[] = [];
  let rows = 0;
  for (const [lane, own] of lanes) {
    const { row, count } = assignRows(own);
    labels.push({ text: shorten(lane, 180, 12), row: rows + (count - 1) / 2 });
    for (const [i, span] of own.entries()) placed.push({ span, row: rows + row[i]! });
    rows += count;
  }
  const groups = [...new Set(spans.map(({ name, group }) => group ?? name))];
  const data = groups.map((group, i): Figure['data'][number] => {
    const own = placed.filter(({ span }) => (span.group ?? span.name) === group);
    return {
      ...{
        type: 'bar',
        orientation: 'h',
        name: plain(shorten(group, 160, 12)),
        y: own.map(({ row }) => row),
        width: 0.76,
      },
      ...{
        base: own.map(({ span }) => (span.start - start) / unit.ms),
        x: own.map(({ span }) => (span.end - span.start) / unit.ms),
      },
      marker: { color: colourOf(i), line: { width: 1, color: '#ffffff' } },
      text: own.map(({ span }) => plain(span.name)),
      ...{ textposition: 'none', customdata: own.map(({ span }) => (span.start - start) / unit.ms) },
      hovertemplate: `%{text}: %{x:.3~f} ${unit.name}, from %{customdata:.3~f}<extra></extra>`,
    };
  });
  const legend = groups.length > 1 && groups.length <= 24;
  return {
    data,
    layout: {
      ...{
        template,
        title: { text: plain(title) },
        width: 900,
        height: (legend ? 180 : 130) + 30 * Math.max(1, rows),
        barmode: 'overlay',
      },
      margin: {
        l:
          28 +
          widest(
            labels.map(({ text }) => text),
            12,
          ),
        r: 28,
        t: 56,
        b: legend ? 108 : 56,
      },
      ...{
        showlegend: legend,
        legend: { orientation: 'h', x: 0, yref: 'container', y: 0.02, yanchor: 'bottom' },
        hovermode: 'closest',
      },
      xaxis: { title: { text: unit.name }, range: [0, ((end - start) / unit.ms) * 1.01 || 1] },
      yaxis: {
        ...{
          tickmode: 'array',
          tickvals: labels.map(({ row }) => row),
          ticktext: labels.map(({ text }) => plain(text)),
          ticks: '',
          ticklabelstandoff: 6,
        },
        ...{ range: [rows - 0.5, -0.5], showgrid: false, tickfont: { size: 12, color: ink } },
      },
    },
  };
}

/** A row for each span such that those of one row do not overlap: each takes the first that is free at its start. */
export function assignRows(spans: readonly Pick<Span, 'start' | 'end'>[]): { row: number[]; count: number } {
  const ends: number[] = [];
  const row = new Array<number>(spans.length).fill(0);
  const order = [...spans.keys()].sort((a, b) => spans[a]!.start - spans[b]!.start || spans[b]!.end - spans[a]!.end);
  for (const i of order) {
    const { start, end } = spans[i]!;
    const free = ends.findIndex((last) => last <= start);
    row[i] = free === -1 ? ends.length : free;
    ends[row[i]!] = end;
  }
  return { row, count: Math.max(1, ends.length) };
}
