// What a multirun ends with: a table, summary.csv and summary.png.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, shortPath, writeFileAtomic } from 'common/utils';
import type { Multirun, MultirunJob } from './multirunFolder.js';
import { formatTable } from './table.js';

export interface Outcome {
  job: MultirunJob;
  /** The monitored metric at its best, and the epoch. */
  best: { metric: string; value: number; epoch: number } | undefined;
  /** The last row of metrics. */
  last: Readonly<Record<string, number>>;
  /** What a finished run found on the test split: `test_accuracy`, … */
  test: Readonly<Record<string, number>>;
}

/** Writes summary.csv and summary.png into the multirun's folder and returns the table, the best first. */
export async function reportMultirun(run: Multirun): Promise<string> {
  const outcomes = await Promise.all(run.jobs.map((job) => outcomeOf(run.folder, job)));
  const keys = Object.keys(run.jobs[0]?.values ?? {});
  const metric = outcomes.find(({ best }) => best !== undefined)?.best?.metric ?? 'metric';
  await writeFileAtomic(join(run.folder, 'summary.csv'), csv(keys, metric, outcomes));
  const lines = [formatTable(...tableOf(keys, metric, sorted(outcomes, metric)))];
  if (outcomes.some(({ best }) => best !== undefined))
    try {
      const { multirunFigure } = await import('./multirunFigure.js');
      const { savePng } = await import('common/visualization');
      await savePng(multirunFigure(keys, metric, outcomes), join(run.folder, 'summary.png'));
      lines.push(`${shortPath(run.folder)}: summary.csv, summary.png`);
    } catch (error) {
      lines.push(`The plot could not be drawn: ${messageOf(error)}`);
    }
  return lines.join('\n');
}

/** Losses are better when they are smaller. */
export const isSmallerBetter = (metric: string): boolean => /loss|error|perplexity|mse|mae|ece|bpb/i.test(metric);

function sorted(outcomes: readonly Outcome[], metric: string): Outcome[] {
  const sign = isSmallerBetter(metric) ? 1 : -1;
  const rank = ({ best }: Outcome) =>
    best === undefined || Number.isNaN(best.value) ? Number.POSITIVE_INFINITY : sign * best.value;
  return [...outcomes].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function tableOf(keys: readonly string[], metric: string, outcomes: readonly Outcome[]): [string[], string[][]] {
  const show = (value: number | undefined) => (value === undefined ? '' : String(Number(value.toPrecision(5))));
  const tests = testsOf(outcomes);
  return [
    [...keys, 'status', `>${metric}`, '>epoch', ...tests.map((name) => `>${name}`), '>seconds', 'run'],
    outcomes.map(({ job, best, test }) => [
      ...keys.map((key) => job.values[key] ?? ''),
      job.status,
      show(best?.value),
      show(best?.epoch),
      ...tests.map((name) => show(test[name])),
      show(job.seconds),
      job.name,
    ]),
  ];
}

/** The names of all test metrics. */
const testsOf = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(outcomes.flatMap(({ test }) => Object.keys(test))),
];

function csv(keys: readonly string[], metric: string, outcomes: readonly Outcome[]): string {
  const columns = [...new Set(outcomes.flatMap(({ last }) => Object.keys(last)))].filter(
    (name) => !keys.includes(name),
  );
  const cell = (value: unknown) => {
    const text = value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const tests = testsOf(outcomes);
  const rows = outcomes.map(({ job, best, last, test }) => [
    ...[job.name, ...keys.map((key) => job.values[key]), job.status, best?.value, best?.epoch, job.seconds],
    ...tests.map((name) => test[name]),
    ...columns.map((name) => last[name]),
  ]);
  const head = [
    'run',
    ...keys,
    'status',
    `best_${metric}`,
    'best_epoch',
    'seconds',
    ...tests,
    ...columns.map((name) => `last_${name}`),
  ];
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

/** From the run's state.json; a run without one has no outcome yet. */
async function outcomeOf(folder: string, job: MultirunJob): Promise<Outcome> {
  try {
    const { readRunInfo } = await import('common/training');
    const { metrics } = await readRunInfo(join(folder, job.name));
    const state: unknown = JSON.parse(await readFile(join(folder, job.name, 'checkpoints', 'state.json'), 'utf8'));
    const best = field(state, 'best');
    const history = field(state, 'history');
    const row: unknown = Array.isArray(history) ? history.at(-1) : undefined;
    const last = Object.entries(row ?? {}).map(([key, value]) => [key, Number(value)] as const);
    const metric = field(best, 'metric');
    return {
      job,
      best:
        typeof metric === 'string'
          ? { metric, value: Number(field(best, 'value')), epoch: Number(field(best, 'epoch')) }
          : undefined,
      last: Object.fromEntries(last.filter(([, value]) => !Number.isNaN(value))),
      test: Object.fromEntries(Object.entries(metrics).filter(([name]) => name.startsWith('test_'))),
    };
  } catch {
    return { job, best: undefined, last: {}, test: {} };
  }
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Object.entries(of).find(([key]) => key === name)?.[1] : undefined;
}
