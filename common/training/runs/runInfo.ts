import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { assetsDir } from '../../utils/index.js';
import { ownerOf } from '../lock.js';
import { flattenConfig } from '../loggers/hparams.js';
import type { HParam } from '../loggers/logger.js';

/** `stopped`: it can be resumed, or has failed before its first checkpoint. */
export type RunStatus = 'running' | 'finished' | 'stopped';

/** What a run folder says of its run. */
export interface RunInfo {
  folder: string;
  paper: string;
  name: string;
  status: RunStatus;
  /** Epochs that are over; and of how many, where the config says `epochs`. */
  epochs: number;
  epochsTotal: number | null;
  /** The monitored metric at its best. */
  best: { metric: string; value: number; epoch: number } | null;
  /** The metrics of the best epoch, or of the last where no best is known; and `test_…` of a finished run. */
  metrics: Record<string, number>;
  /** One row an evaluation, from metrics.csv. */
  history: Record<string, number>[];
  /** The overrides that it was started with: what differs from the defaults. */
  overrides: string[];
  /** The whole config by dotted key. */
  config: Record<string, HParam>;
  /** ISO time of its first start. */
  date: string | null;
  /** Seconds of its epochs. */
  seconds: number;
  bytes: number;
}

/**
 * Reads a run folder. What is missing or damaged there (a run that was killed at its start, an older format) is left empty: a list must not
 * fail for one of its runs.
 */
export async function readRunInfo(folder: string): Promise<RunInfo> {
  const [history, config, state, date, final, owner, bytes] = await Promise.all([
    readHistory(join(folder, 'metrics.csv')),
    quiet(async () => flattenConfig(parse(await readFile(join(folder, 'config.yaml'), 'utf8'))), {}),
    quiet<unknown>(
      async () => JSON.parse(await readFile(join(folder, 'checkpoints', 'state.json'), 'utf8')),
      undefined,
    ),
    startOf(folder),
    finalOf(join(folder, 'metrics.jsonl')),
    ownerOf(folder),
    sizeOf(folder),
  ]);
  const overrides = await quiet(async () => (await readFile(join(folder, 'overrides.txt'), 'utf8')).split('\n'), []);
  const best = bestOf(field(state, 'best'));
  const epochs = history.at(-1)?.epoch ?? 0;
  const total = typeof config.epochs === 'number' ? config.epochs : null;
  const { epoch: _, ...metrics } =
    history.findLast((row) => row.epoch === best?.epoch && (best === null || row[best.metric] === best.value)) ??
    history.at(-1) ??
    {};
  const isOver = final !== undefined || existsSync(join(folder, 'model.onnx')) || (total !== null && epochs >= total);
  return {
    ...{ folder, paper: paperOf(folder), name: basename(folder) },
    status: owner !== undefined ? 'running' : isOver ? 'finished' : 'stopped',
    ...{ epochs, epochsTotal: total, best, history, config, date, bytes },
    metrics: { ...metrics, ...final },
    overrides: overrides.filter((line) => line !== ''),
    seconds: history.reduce((sum, { seconds = 0 }) => sum + (Number.isFinite(seconds) ? seconds : 0), 0),
  };
}

/** The folder below assets/outputs; a run elsewhere has none. */
function paperOf(folder: string): string {
  const inside = relative(join(assetsDir(), 'outputs'), folder).replaceAll('\\', '/');
  return inside.startsWith('..') ? basename(dirname(folder)) : (inside.split('/')[0] ?? '');
}

async function readHistory(path: string): Promise<Record<string, number>[]> {
  const text = await quiet(() => readFile(path, 'utf8'), '');
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  return data.map((row) =>
    Object.fromEntries(Object.entries(row).flatMap(([key, value]) => (value === '' ? [] : [[key, Number(value)]]))),
  );
}

/** The results of the test, from the last line that has them. */
async function finalOf(path: string): Promise<Record<string, number> | undefined> {
  const text = await quiet(() => readFile(path, 'utf8'), '');
  const line = text.split('\n').findLast((each) => each.includes('"final":'));
  if (line === undefined) return undefined;
  const final = field(await quiet<unknown>(async () => JSON.parse(line), undefined), 'final');
  if (typeof final !== 'object' || final === null) return undefined;
  return Object.fromEntries(Object.entries(final).map(([name, value]) => [name, Number(value)]));
}

async function startOf(folder: string): Promise<string | null> {
  const sessions = await quiet<unknown>(
    async () => JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8')),
    [],
  );
  const started = field(Array.isArray(sessions) ? sessions[0] : sessions, 'started');
  if (typeof started === 'string') return started;
  return quiet(async () => (await stat(join(folder, 'config.yaml'))).mtime.toISOString(), null);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await quiet(() => readdir(folder, { recursive: true, withFileTypes: true }), []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) => quiet(async () => (await stat(join(entry.parentPath, entry.name))).size, 0));
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

function bestOf(best: unknown): RunInfo['best'] {
  const [metric, value, epoch] = ['metric', 'value', 'epoch'].map((key) => field(best, key));
  return typeof metric === 'string' ? { metric, value: Number(value), epoch: Number(epoch) } : null;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

async function quiet<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}
