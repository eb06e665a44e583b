import { didYouMean, UsageError } from '../../utils/index.js';
import type { RunInfo } from './runInfo.js';

export type ColumnValue = number | string | boolean | null;

const own: Record<string, (run: RunInfo) => ColumnValue> = {
  run: ({ name }) => name,
  name: ({ name }) => name,
  paper: ({ paper }) => paper,
  folder: ({ folder }) => folder,
  state: ({ status }) => status,
  status: ({ status }) => status,
  epochs: ({ epochs }) => epochs,
  best: ({ best }) => best?.value ?? null,
  differs: ({ overrides }) => overrides.join(' '),
  date: ({ date }) => date,
  duration: ({ seconds }) => seconds,
  seconds: ({ seconds }) => seconds,
  size: ({ bytes }) => bytes,
};

/** A value of a run by its name: a column (`state`, `epochs`, `date` …), a metric at the best epoch, or a dotted key of the config. Null where the run has none. */
export function valueAt(run: RunInfo, name: string): ColumnValue {
  const column = Object.hasOwn(own, name) ? own[name] : undefined;
  if (column !== undefined) return column(run);
  const metric = run.metrics[name];
  if (metric !== undefined) return metric;
  const value = run.config[name];
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** All names that some of these runs have. */
export function columnNames(runs: readonly RunInfo[]): string[] {
  return [
    ...new Set([
      ...Object.keys(own),
      ...runs.flatMap(({ metrics }) => Object.keys(metrics)),
      ...runs.flatMap(({ config }) => Object.keys(config)),
    ]),
  ];
}

/** @throws UsageError with the nearest name. */
export function checkColumn(name: string, runs: readonly RunInfo[], where: string): void {
  const names = columnNames(runs);
  if (!names.includes(name))
    throw new UsageError(
      `${where}: these runs have no "${name}".${didYouMean(name, names) || ` There are: ${names.join(', ')}`}`,
    );
}
