import { UserError } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import { faint, palette, template } from '../theme.js';
import { better, type Direction, type Trial } from './trials.js';

export type ParetoOptions = {
  title?: string;
  names?: readonly [string, string];
  /** default both `minimize` */
  directions?: readonly [Direction, Direction];
};

/** Trials of two objectives; those that no other is at least as good as in both and better in one are joined: the Pareto front (Optuna's plot_pareto_front). */
export function paretoFigure(trials: readonly Trial[], options: ParetoOptions = {}): Figure {
  const {
    title = 'Pareto front',
    names = ['first objective', 'second objective'],
    directions = ['minimize', 'minimize'],
  } = options;
  const points = trials.flatMap(({ number, params, values = [] }) => {
    const [x, y] = values;
    return x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)
      ? [{ number, params, x, y }]
      : [];
  });
  if (trials.length > 0 && points.length === 0)
    throw new UserError('a Pareto front needs trials with two finite values; none has');
  const front = new Set(
    paretoFront(
      points.map(({ x, y }) => [x, y]),
      directions,
    ),
  );
  const on = points.filter((_, i) => front.has(i)).sort((a, b) => a.x - b.x);
  const off = points.filter((_, i) => !front.has(i));
  const text = (some: typeof points): string[] =>
    some.map(({ number, params }) =>
      [`trial ${number}`, ...Object.entries(params).map(([name, value]) => `${name} ${value}`)].join('<br>'),
    );
  const hovertemplate = `%{text}<br>${names[0]} %{x:.4g}, ${names[1]} %{y:.4g}<extra></extra>`;
  const trace = (some: typeof points) =>
    ({
      type: 'scatter',
      x: some.map(({ x }) => x),
      y: some.map(({ y }) => y),
      text: text(some),
      hovertemplate,
    }) as const;
  // What is reached between two trials of the front: the worse of both, in steps.
  const shape = directions[0] === 'minimize' ? 'hv' : 'vh';
  return {
    data: [
      { ...trace(off), mode: 'markers', name: 'trials', marker: { size: 7, color: faint, opacity: 0.6 } },
      {
        ...trace(on),
        mode: 'lines+markers',
        name: 'best',
        line: { width: 1.5, color: palette.vermillion, shape },
        marker: { size: 9, color: palette.vermillion },
      },
    ],
    layout: {
      ...{ template, title: { text: title }, width: 680, height: 520, margin: { l: 72, r: 24, t: 84, b: 60 } },
      xaxis: { title: { text: `${names[0]}${arrow(directions[0])}` } },
      yaxis: { title: { text: `${names[1]}${arrow(directions[1])}` } },
    },
  };
}

const arrow = (direction: Direction): string => (direction === 'minimize' ? ' (less is better)' : ' (more is better)');

/** The indices of the points that no other dominates: at least as good in every objective and better in one. Equal points stay all. */
export function paretoFront(points: readonly (readonly number[])[], directions: readonly Direction[]): number[] {
  const dominates = (a: readonly number[], b: readonly number[]): boolean =>
    directions.every((direction, k) => !better(b[k]!, a[k]!, direction)) &&
    directions.some((direction, k) => better(a[k]!, b[k]!, direction));
  return [...points.keys()].filter((i) => !points.some((other) => dominates(other, points[i]!)));
}
