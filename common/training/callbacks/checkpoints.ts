import type { Callback } from '../callbacks.js';
import { saveBest } from '../checkpoint.js';

/**
 * Saves `last` at each epoch's end, before each evaluation, every `steps` steps and about every `seconds` seconds (when is
 * decided by the clock, what is saved is not: a resumed run ends the same from wherever it resumes), and `best` by the monitored metric.
 */
export function checkpoints({ steps, seconds = 60 }: { steps?: number; seconds?: number } = {}): Callback {
  let saved = performance.now();
  return {
    name: 'checkpoints',
    /** The state before step 0: a disk that is full or read-only is told now, not after the first epoch. */
    async start(run) {
      if (run.step === 0) await run.save();
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
    async epochEnd(run) {
      // Best first: were the kill between the two, the resumed run would come here again and write the same best.
      if (run.improved) await saveBest(run.folder, run.checkpoint('best'));
      await run.save();
      saved = performance.now();
    },
  };
}
