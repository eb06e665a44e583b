import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Callback } from '../callbacks.js';
import { saveBest, saveWeights } from '../checkpoint.js';
import { isBetter, type Monitor } from '../parts.js';
import type { Run } from '../run.js';
import { checkMonitor } from '../schedule.js';
import type { Row } from '../state.js';

export interface CheckpointsOptions {
  /** `last` is saved every so many steps. Default: by the clock alone. */
  steps?: number;
  /** `last` is saved when so many seconds have gone by. Default 60. */
  seconds?: number;
  /** How many of the best are kept, as `checkpoints/top/step-<step>.safetensors`. Default 0: `best.safetensors` only. */
  top?: number;
  /** What `top` goes by. Default: the run's. */
  monitor?: Monitor;
  /** Weights are kept every so many epochs as `checkpoints/epoch-<n>.safetensors`. Default: none. */
  everyEpochs?: number;
}

/**
 * Saves `last` before and after each evaluation, every `steps` steps and about every `seconds` seconds (when is
 * decided by the clock, what is saved is not: a resumed run ends the same from wherever it resumes), and `best` by the monitored metric.
 */
export function checkpoints(options: CheckpointsOptions = {}): Callback {
  const { steps, seconds = 60, top = 0, everyEpochs } = options;
  let saved = performance.now();
  return {
    name: 'checkpoints',
    /** The state before step 0: a disk that is full or read-only is told now, not after the first epoch. */
    async start(run) {
      if (run.step === 0) await run.save();
      if (top > 0) await tidyTop(run, options);
      saved = performance.now();
    },
    async step(run) {
      const due = steps !== undefined ? run.step % steps === 0 : performance.now() - saved > seconds * 1000;
      if (!due) return;
      await run.save();
      saved = performance.now();
    },
    async batchesEnd(run) {
      await run.save();
    },
    async epochEnd(run, row) {
      // Best first: were the kill between the two, the resumed run would come here again and write the same best.
      if (run.improved) await saveBest(run.folder, run.checkpoint('best'));
      if (topRows(run, options).includes(row))
        await saveWeights(join(run.folder, 'checkpoints', 'top', topName(row)), run.checkpoint('best'));
      if (everyEpochs !== undefined && run.batch === 0 && run.epoch % everyEpochs === 0)
        await saveWeights(join(run.folder, 'checkpoints', `epoch-${run.epoch}.safetensors`), run.checkpoint('best'));
      await run.save();
      if (top > 0) await tidyTop(run, options);
      saved = performance.now();
    },
  };
}

/** The best rows of the history, a function of it alone: so a resumed run keeps the same. Of equals the earlier counts. */
function topRows({ history, setup }: Run, { top = 0, monitor = setup.monitor }: CheckpointsOptions): Row[] {
  if (top === 0) return [];
  for (const row of history.slice(-1)) checkMonitor(monitor.metric, row);
  const metricOf = (row: Row) => row[monitor.metric] ?? Number.NaN;
  const order = (a: Row, b: Row) =>
    isBetter(metricOf(a), metricOf(b), monitor.mode) ? -1 : isBetter(metricOf(b), metricOf(a), monitor.mode) ? 1 : 0;
  return history.toSorted(order).slice(0, top);
}

const topName = ({ step = 0 }: Row) => `step-${String(step).padStart(6, '0')}.safetensors`;

/** Removes what is no longer among the best, only after the checkpoint that says so was written. */
async function tidyTop(run: Run, options: CheckpointsOptions): Promise<void> {
  const folder = join(run.folder, 'checkpoints', 'top');
  const keep = new Set(topRows(run, options).map(topName));
  for (const name of await readdir(folder).catch(() => []))
    if (!keep.has(name)) await rm(join(folder, name), { force: true });
}
