import { barFigure, type Figure, lineFigure, type Series } from 'common/visualization';
import type { Outcome } from './multirunReport.js';

/**
 * The best value of each run: over the numeric key with the most values where there is one (a line for each combination of the others,
 * seeds averaged), else a bar for each run.
 */
export function multirunFigure(keys: readonly string[], metric: string, outcomes: readonly Outcome[]): Figure {
  const points = outcomes.flatMap(({ job, best }) =>
    best ? [{ values: job.values, name: job.name, y: best.value }] : [],
  );
  const isSeed = (key: string) => /(^|\.)seed$/.test(key) && keys.length > 1;
  const distinct = (key: string) => new Set(points.map(({ values }) => values[key])).size;
  const numeric = keys
    .filter((key) => !isSeed(key) && distinct(key) > 1)
    .filter((key) => points.every(({ values }) => Number.isFinite(Number.parseFloat(values[key] ?? ''))))
    .sort((a, b) => distinct(b) - distinct(a));
  const [x] = numeric;
  const averaged = keys.some(isSeed) ? ' (mean over seeds)' : '';
  const options = { title: `${metric}, best of each run${averaged}`, yTitle: metric };
  if (x === undefined) {
    const bars = [...points].sort((a, b) => b.y - a.y);
    return barFigure([{ name: metric, x: bars.map(({ name }) => name), y: bars.map(({ y }) => y) }], {
      ...options,
      title: `${metric}, best of each run`,
    });
  }
  const others = keys.filter((key) => key !== x && !isSeed(key));
  const groups = groupBy(points, others);
  const series = [...groups].map(([name, members]): Series => {
    const byX = new Map<number, number[]>();
    for (const { values, y } of members) {
      const at = Number.parseFloat(values[x] ?? '');
      byX.set(at, [...(byX.get(at) ?? []), y]);
    }
    const sorted = [...byX].sort(([a], [b]) => a - b);
    return {
      name: name || metric,
      x: sorted.map(([at]) => at),
      y: sorted.map(([, ys]) => ys.reduce((sum, y) => sum + y, 0) / ys.length),
    };
  });
  const all = series.flatMap((one) => one.x.map(Number));
  const logX = Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) >= 10;
  return lineFigure(series, { ...options, xTitle: x, logX });
}

function groupBy<P extends { values: Record<string, string> }>(
  points: readonly P[],
  keys: readonly string[],
): Map<string, P[]> {
  const groups = new Map<string, P[]>();
  for (const point of points) {
    const name = keys.map((key) => `${key}=${point.values[key]}`).join(', ');
    groups.set(name, [...(groups.get(name) ?? []), point]);
  }
  return groups;
}
