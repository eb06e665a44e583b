import { barFigure, type Figure, lineFigure, type Series } from 'common/visualization';
import type { Outcome } from './multirunReport.js';

/**
 * The best value of each run, and what it came to on the test split where it was tested (`test_accuracy` beside `val_accuracy`): over the numeric key with the most values where there is one (a line for each combination of the others,
 * seeds averaged), else a bar for each run.
 */
export function multirunFigure(keys: readonly string[], metric: string, outcomes: readonly Outcome[]): Figure {
  const tested = metric.replace(/^val_/, 'test_');
  const points = outcomes.flatMap(({ job, best, test }) =>
    best ? [{ values: job.values, name: job.name, y: best.value, test: test[tested] ?? Number.NaN }] : [],
  );
  const hasTest = tested !== metric && points.some(({ test }) => Number.isFinite(test));
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
    const names = bars.map(({ name }) => name);
    const both: Series[] = [{ name: metric, x: names, y: bars.map(({ y }) => y) }];
    if (hasTest) both.push({ name: tested, x: names, y: bars.map(({ test }) => test) });
    return barFigure(both, { ...options, title: `${metric}, best of each run` });
  }
  const others = keys.filter((key) => key !== x && !isSeed(key));
  const groups = groupBy(points, others);
  const series = [...groups].flatMap(([name, members]): Series[] => {
    const line = (label: string, pick: (member: (typeof members)[number]) => number): Series => {
      const byX = new Map<number, number[]>();
      for (const member of members) {
        const at = Number.parseFloat(member.values[x] ?? '');
        byX.set(at, [...(byX.get(at) ?? []), pick(member)]);
      }
      const sorted = [...byX].sort(([a], [b]) => a - b);
      return {
        name: label,
        x: sorted.map(([at]) => at),
        y: sorted.map(([, ys]) => ys.reduce((sum, y) => sum + y, 0) / ys.length),
      };
    };
    const value = line(hasTest ? [name, metric].filter(Boolean).join(', ') : name || metric, ({ y }) => y);
    return hasTest ? [value, line([name, tested].filter(Boolean).join(', '), ({ test }) => test)] : [value];
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
