import { join } from 'node:path';
import { findRun, loadCheckpoint } from 'common/training';
import { findPaper, runScript } from './train.js';

/** Runs the evaluate.ts of the paper that a run belongs to. */
export async function evaluate(run: string): Promise<void> {
  const folder = await findRun(run);
  const { state } = await loadCheckpoint(folder, 'best');
  await runScript(join(findPaper(state.paper, 'evaluate.ts'), 'evaluate.ts'), [folder]);
}
