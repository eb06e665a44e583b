import { UserError } from '../../utils/index.js';
import { short, shorten } from '../charts/text.js';

/** One trial of a study, as Optuna has them: parameters by name, one number for each objective; a trial without its numbers (pruned, failed) is left out of figures. */
export type Trial = {
  number: number;
  params: Readonly<Record<string, number | string | boolean>>;
  values?: readonly number[];
};

export type Direction = 'minimize' | 'maximize';

export type StudyOptions = {
  title?: string;
  /** which of the objectives; default the first */
  objective?: number;
  /** the objective's name; default `objective` */
  name?: string;
  /** default `minimize` */
  direction?: Direction;
  /** the parameters shown, in this order; default all */
  params?: readonly string[];
};

/** A trial with its number for one objective. */
export type Scored = { number: number; params: Trial['params']; value: number };

/** The trials that have a finite number for the objective. */
export function scored(trials: readonly Trial[], objective = 0): Scored[] {
  return trials.flatMap(({ number, params, values }) => {
    const value = values?.[objective];
    return value !== undefined && Number.isFinite(value) ? [{ number, params, value }] : [];
  });
}

/** The names of the parameters, in the order in which they first appear. @throws UserError where one that was asked for is in no trial. */
export function paramNames(trials: readonly Scored[], wanted?: readonly string[]): string[] {
  const found = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const missing = wanted?.find((name) => !found.includes(name));
  if (missing !== undefined)
    throw new UserError(`no trial has a parameter ${missing}; they have ${found.join(', ') || 'none'}`);
  return wanted === undefined ? found : [...wanted];
}

/** Where a parameter's values stand on an axis: numbers in their own units or their logarithm to base 10, other values as 0, 1, 2 … */
export type ParamScale = {
  name: string;
  kind: 'linear' | 'log' | 'category';
  /** undefined where the trial has no such parameter */
  at(value: Trial['params'][string] | undefined): number | undefined;
  range: [number, number];
  ticks: { at: number; text: string }[];
};

/** The scale of a parameter: logarithmic where all values are positive and the largest is 50 times the least; categories where one value is no number. */
export function paramScale(name: string, trials: readonly Scored[]): ParamScale {
  const values = trials.flatMap(({ params }) => (params[name] === undefined ? [] : [params[name]]));
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) {
    const categories = [...new Set(values.map(String))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return {
      ...{ name, kind: 'category', range: [-0.3, categories.length - 0.7] },
      at: (value) => (value === undefined ? undefined : categories.indexOf(String(value))),
      ticks: categories.map((text, at) => ({ at, text: shorten(text, 90, 11) })),
    };
  }
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const log = least > 0 && most / least >= 50;
  const scale = (value: number): number => (log ? Math.log10(value) : value);
  const [low, high] = numbers.length === 0 ? [0, 1] : [scale(least), scale(most)];
  const pad = high > low ? 0.05 * (high - low) : 0.5;
  const ticks = log ? decades(low, high) : niceTicks(low, high);
  return {
    ...{ name, kind: log ? 'log' : 'linear', range: [low - pad, high + pad] },
    at: (value) => (typeof value === 'number' ? scale(value) : undefined),
    ticks: ticks.map((at) => ({ at, text: short(log ? 10 ** at : at) })),
  };
}

function decades(low: number, high: number): number[] {
  const every = Math.max(1, Math.ceil((high - low) / 5));
  const from = Math.ceil(low - 1e-9);
  return Array.from({ length: Math.floor(high + 1e-9) - from + 1 }, (_, i) => from + i).filter(
    (_, i) => i % every === 0,
  );
}

/** Four to seven round numbers from low to high: multiples of 1, 2 or 5 × a power of ten. */
export function niceTicks(low: number, high: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough * 0.99) ?? 10 * power;
  const from = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - from + 1 }, (_, i) =>
    Number(((from + i) * step).toPrecision(12)),
  );
}

/** The ticks of a scale for a plotly axis. */
export function axisOf({ name, ticks, range }: ParamScale): object {
  return {
    ...{ type: 'linear', title: { text: shorten(name, 200, 13) }, range, tickmode: 'array' },
    ...{ tickvals: ticks.map(({ at }) => at), ticktext: ticks.map(({ text }) => text) },
  };
}

/** The number from which on a value is better than another. */
export function better(a: number, b: number, direction: Direction): boolean {
  return direction === 'minimize' ? a < b : a > b;
}
