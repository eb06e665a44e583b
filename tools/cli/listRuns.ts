import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { listRuns } from 'common/config';
import {
  assetsDir,
  didYouMean,
  duration,
  formatBytes,
  messageOf,
  shortPath,
  UsageError,
  UserError,
} from 'common/utils';
import {
  type ColumnValue,
  checkColumn,
  comparedMetrics,
  comparisonFigure,
  filterRuns,
  type RunInfo,
  readRunInfo,
  sortRuns,
  valueAt,
} from './runFolders.js';
import type { RunsFlags } from './runs.js';
import { formatTable } from './table.js';

/** Everything known about the runs of a paper, or of all. The newest come first. @throws UserError where there is no such paper. */
export async function readRuns(paper?: string): Promise<RunInfo[]> {
  const name = paper === undefined ? undefined : basename(paper);
  const outputs = join(assetsDir(), 'outputs');
  if (name !== undefined && !existsSync(join(outputs, name))) {
    const known = existsSync(outputs) ? await readdir(outputs) : [];
    throw new UserError(`No runs of "${name}" under ${outputs}.${didYouMean(name, known)}`);
  }
  const runs = await Promise.all((await listRuns(name)).map(readRunInfo));
  return runs.sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1));
}

/** `atelier runs`. */
export async function runs(paper: string | undefined, flags: RunsFlags): Promise<void> {
  let found = await readRuns(paper);
  for (const filter of flags.filter ?? []) found = filterRuns(found, filter);
  if (flags.sort !== undefined) found = sortRuns(found, flags.sort);
  if (flags.json) process.stdout.write(`${JSON.stringify(found, numbersAsText, 2)}\n`);
  else if (found.length === 0)
    process.stdout.write(flags.filter ? 'No run is like that.\n' : 'There are no runs yet.\n');
  else process.stdout.write(`${table(found, flags)}\n`);
  if (flags.plot !== undefined) await plot(found, flags.plot, flags.metrics?.split(','));
}

async function plot(found: readonly RunInfo[], path: string, wanted?: readonly string[]): Promise<void> {
  const metrics = wanted ?? comparedMetrics(found);
  const logged = new Set(found.flatMap(({ history }) => history.flatMap((row) => Object.keys(row))));
  const missing = metrics.find((metric) => !logged.has(metric));
  if (missing !== undefined)
    throw new UsageError(`--metrics: none of these runs logged "${missing}".${didYouMean(missing, logged)}`);
  const drawn = found.filter(({ history }) => history.length > 0);
  if (drawn.length === 0 || metrics.length === 0)
    throw new UserError('There is nothing to draw: no run has an epoch behind it.');
  const { savePng } = await import('common/visualization');
  try {
    await savePng(await comparisonFigure(drawn, metrics), resolve(path));
  } catch (error) {
    throw error instanceof Error && 'code' in error
      ? new UserError(`Cannot write ${path}: ${messageOf(error)}`)
      : error;
  }
  process.stderr.write(`written: ${path}\n`);
}

function table(found: readonly RunInfo[], { columns }: RunsFlags): string {
  const papers = new Set(found.map(({ paper }) => paper)).size;
  const names = columns?.split(',').map((name) => name.trim()) ?? [
    ...(papers > 1 ? ['paper'] : []),
    ...['run', 'state', 'epochs', 'best', 'differs', 'date', 'duration', 'size'],
  ];
  for (const name of names) checkColumn(name, found, `--columns ${columns}`);
  const isNumber = (name: string) => found.every((run) => typeof (valueAt(run, name) ?? 0) === 'number');
  return formatTable(
    names.map((name) => (isNumber(name) ? `>${name}` : name)),
    found.map((run) => names.map((name) => shown(run, name))),
  );
}

function shown(run: RunInfo, name: string): string {
  const { best, epochs, epochsTotal, date, seconds, bytes } = run;
  switch (name) {
    case 'epochs':
      return epochsTotal === null ? String(epochs) : `${epochs}/${epochsTotal}`;
    case 'best':
      return best === null ? '–' : `${best.metric} ${number(best.value)}`;
    case 'date':
      return date === null ? '–' : localTime(new Date(date));
    case 'duration':
    case 'seconds':
      return duration(seconds);
    case 'size':
      return formatBytes(bytes);
    case 'folder':
      return shortPath(run.folder);
    default:
      return text(valueAt(run, name));
  }
}

export function text(value: ColumnValue): string {
  if (value === null) return '–';
  return typeof value === 'number' ? number(value) : String(value);
}

/** Four digits, whole numbers whole: 0.9960, 1e-3, 20. */
export function number(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 0.01 && size < 1 ? value.toFixed(4) : String(Number(value.toPrecision(4)));
}

const two = (value: number): string => String(value).padStart(2, '0');

function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** JSON has no NaN: it travels as text. */
export const numbersAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
