// SIGKILL at a chosen place of a run, for tests: ATELIER_TEST_KILL=<place>:<n>:<microseconds> kills this process in the n-th step (forward, backward,
// update), evaluated batch or file of a checkpoint under way, so long after its beginning. A thread does it, while the run's own is at work there.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export const places = ['step', 'evaluation', 'checkpoint'] as const;
export type Place = (typeof places)[number];

export interface Killer {
  /** Says where the run is; undefined: elsewhere. */
  at(place: 'step' | 'evaluation' | undefined): void;
}

/** The thread's program; cells: where the run is, how many steps and evaluated batches it has begun. */
const program = `
const { workerData: { cells, place, number, delay, folder } } = require('node:worker_threads');
const { readdirSync, writeSync } = require('node:fs');
const sleep = new Int32Array(new SharedArrayBuffer(4));
const begun = new Set();
const begins = () => {
  if (place !== 'checkpoint') {
    const cell = place === 'step' ? 1 : 2;
    Atomics.wait(cells, cell, Atomics.load(cells, cell), 1000);
    return Atomics.load(cells, cell) >= number;
  }
  Atomics.wait(sleep, 0, 0, 0.05);
  for (const name of files()) begun.add(name);
  return begun.size >= number && files().length > 0;
};
const files = () => { try { return readdirSync(folder).filter((name) => name.endsWith('.tmp')); } catch { return []; } };
const isThere = () => place === 'checkpoint' ? files().length > 0 : Atomics.load(cells, 0) === (place === 'step' ? 1 : 2);
for (let wait = delay; ; wait /= 2) {
  while (!begins());
  const until = process.hrtime.bigint() + BigInt(Math.round(1000 * wait));
  while (process.hrtime.bigint() < until);
  if (!isThere()) continue;
  writeSync(1, 'killed in ' + place + '\\n');
  process.kill(process.pid, 'SIGKILL');
}`;

/** @param folder the run's. */
export function startKiller(request: string | undefined, folder: string): Killer {
  if (request === undefined) return { at: () => {} };
  const [place, number, delay] = request.split(':');
  const cells = new Int32Array(new SharedArrayBuffer(12));
  const workerData = {
    cells,
    place,
    number: Number(number),
    delay: Number(delay),
    folder: join(folder, 'checkpoints'),
  };
  new Worker(program, { eval: true, workerData, execArgv: [] }).unref();
  writeSync(1, `to be killed: ${request}\n`);
  return {
    at(now) {
      Atomics.store(cells, 0, now === 'step' ? 1 : now === 'evaluation' ? 2 : 0);
      if (now === undefined) return;
      const cell = now === 'step' ? 1 : 2;
      Atomics.add(cells, cell, 1);
      Atomics.notify(cells, cell);
    },
  };
}
