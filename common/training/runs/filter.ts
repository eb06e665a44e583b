import { UsageError } from '../../utils/index.js';
import { type ColumnValue, checkColumn, valueAt } from './columns.js';
import type { RunInfo } from './runInfo.js';

/** What a run must be: all of the conditions. */
type Condition = { name: string; operator: keyof typeof operators; value: string };

const operators = {
  '>=': (a: number) => a >= 0,
  '<=': (a: number) => a <= 0,
  '!=': (a: number) => a !== 0,
  '==': (a: number) => a === 0,
  '=': (a: number) => a === 0,
  '>': (a: number) => a > 0,
  '<': (a: number) => a < 0,
} as const;

/**
 * The runs for which a filter holds: `val_accuracy>0.9`, `state=finished`, `optimizer.name!=sgd`, several joined by a comma or `and`.
 * A run without the value is left out.
 * @throws UsageError where the filter is not understood or names what no run has.
 */
export function filterRuns(runs: readonly RunInfo[], filter: string): RunInfo[] {
  const conditions = filter.split(/,|\band\b|&&/).map((text) => parse(text.trim(), filter));
  if (runs.length > 0) for (const { name } of conditions) checkColumn(name, runs, `--filter ${filter}`);
  return runs.filter((run) =>
    conditions.every(({ name, operator, value }) => {
      const actual = valueAt(run, name);
      return actual !== null && operators[operator](compare(actual, value));
    }),
  );
}

/** By a column, the runs without a value last. `name` ascends and `-name` descends; without a sign metrics of which more is better, dates and sizes descend. */
export function sortRuns(runs: readonly RunInfo[], by: string): RunInfo[] {
  const [, sign = '', name = ''] = /^([+-]?)(.*)$/.exec(by) ?? [];
  if (runs.length > 0) checkColumn(name, runs, `--sort ${by}`);
  const down =
    sign === '-' || (sign === '' && /acc|precision|recall|f1|auc|map|top\d|^date$|^size$|^best$/i.test(name));
  return [...runs].sort((a, b) => {
    const [x, y] = [valueAt(a, name), valueAt(b, name)];
    if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y));
    return (down ? -1 : 1) * compare(x, y);
  });
}

const isMissing = (value: ColumnValue): value is null => value === null || Number.isNaN(value);

function parse(text: string, filter: string): Condition {
  const [, name, operator, value] = /^([\w./-]+?)\s*(>=|<=|!=|==|=|>|<)\s*(.*)$/.exec(text) ?? [];
  const known = Object.keys(operators).find((each): each is keyof typeof operators => each === operator);
  if (name === undefined || known === undefined || value === undefined || value === '')
    throw new UsageError(
      `--filter ${filter}: "${text}" is no condition; write a name, one of ${Object.keys(operators).join(' ')} and a value: val_accuracy>0.9`,
    );
  return { name, operator: known, value: value.replace(/^(['"])(.*)\1$/, '$2') };
}

/** Numbers as numbers, all else as text; NaN where a number meets a text, for which only `!=` holds. */
function compare(a: NonNullable<ColumnValue>, b: NonNullable<ColumnValue>): number {
  if (typeof a === 'number') return a - Number(b);
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
