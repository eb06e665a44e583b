// The jobs of a multirun as processes of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, constants } from 'node:os';
import { join } from 'node:path';
import { type Multirun, type MultirunJob, saveMultirun } from './multirunFolder.js';

export interface JobOptions {
  /** How many at a time. */
  jobs: number;
  /** Whether the first failure stops the others. */
  failFast: boolean;
}

/**
 * Runs what is not done, and writes down how each ended. Several at a time share the cores (`ATELIER_THREADS`), and their lines begin
 * with their names. The first SIGINT or SIGTERM asks every running job to save and stop, a second one ends them at once.
 * @returns 128 + the signal's number where one arrived, else undefined
 */
export async function runJobs(
  paper: string,
  run: Multirun,
  { jobs, failFast }: JobOptions,
): Promise<number | undefined> {
  const waiting = run.jobs.filter((job) => job.status !== 'done');
  const children = new Set<ChildProcess>();
  let signal: NodeJS.Signals | undefined;
  let stopping = false;
  const stopAll = (with_: NodeJS.Signals) => {
    stopping = true;
    for (const child of children) child.kill(with_);
  };
  const onSignal = (received: NodeJS.Signals) => {
    if (signal === undefined)
      process.stderr.write('Stopping every run with a checkpoint. Ctrl-C again stops at once.\n');
    signal = received;
    stopAll(received);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const width = Math.min(jobs, waiting.length);
  // Written one after the other: two jobs may end at once.
  let saving = Promise.resolve();
  const save = () => {
    saving = saving.then(() => saveMultirun(run));
    return saving;
  };
  const work = async () => {
    for (let job = waiting.shift(); job !== undefined && !stopping; job = waiting.shift()) {
      const start = performance.now();
      job.status = 'running';
      await save();
      if (stopping) job.status = 'stopped';
      else {
        const place = `${run.jobs.indexOf(job) + 1} of ${run.jobs.length}`;
        const code = await runJob(paper, run, job, { width, place, children });
        const stopped = stopping && code !== 0 && (code === null || code === 130 || code === 143);
        job.status = code === 0 ? 'done' : stopped ? 'stopped' : 'failed';
        if (job.status === 'failed') job.exitCode = code;
        else delete job.exitCode;
        job.seconds = Math.round((job.seconds ?? 0) + (performance.now() - start) / 1000);
        if (job.status === 'failed' && failFast) stopAll('SIGINT');
      }
      await save();
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, work));
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
  return signal === undefined ? undefined : 128 + constants.signals[signal];
}

interface Setting {
  width: number;
  place: string;
  children: Set<ChildProcess>;
}

async function runJob(
  paper: string,
  run: Multirun,
  job: MultirunJob,
  { width, place, children }: Setting,
): Promise<number | null> {
  const folder = join(run.folder, job.name);
  const isBegun = existsSync(join(folder, 'config.yaml'));
  if (!isBegun) await rm(folder, { recursive: true, force: true }); // stopped before it was a run
  const what = isBegun ? ['--resume', folder] : [...run.common, ...job.overrides, '--output', folder];
  const threads = Math.max(1, Math.floor(Number(process.env.ATELIER_THREADS ?? availableParallelism()) / width));
  const single = width === 1;
  process.stderr.write(`── ${place}: ${job.name}${isBegun ? ' (goes on)' : ''} ──\n`);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'atelier.mjs'), 'train', paper, ...what], {
    // A group of its own: Ctrl-C in the terminal reaches this process alone, which passes it on once.
    detached: true,
    env: single ? process.env : { ...process.env, ATELIER_THREADS: String(threads) },
    stdio: single ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  prefixLines(child.stdout, `[${job.name}] `, process.stdout);
  prefixLines(child.stderr, `[${job.name}] `, process.stderr);
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  children.delete(child);
  return code;
}

/** Passes lines on with a prefix; what a progress bar wrote over itself is left out. */
function prefixLines(from: NodeJS.ReadableStream | null, prefix: string, to: NodeJS.WritableStream): void {
  let rest = '';
  const write = (line: string) => {
    const shown = line.replace(/\r$/, '').split('\r').at(-1) ?? '';
    if (shown !== '') to.write(`${prefix}${shown}\n`);
  };
  from?.setEncoding('utf8');
  from?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) write(line);
  });
  from?.on('end', () => write(rest));
}
