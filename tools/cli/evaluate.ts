import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Evaluation, findRun, loadCheckpoint } from 'common/training';
import { UserError } from 'common/utils';
import { findPaper, runScript } from './train.js';

/** `atelier evaluate`: runs the evaluate.ts of the paper that a run belongs to. */
export async function evaluate(run: string): Promise<void> {
  const { path, folder } = await scriptOf(run);
  await runScript(path, [folder]);
}

/**
 * What a run's best weights come to on the test split, by the `evaluate` that its paper's evaluate.ts exports.
 * @throws UserError where it exports none.
 */
export async function evaluateRun(run: string): Promise<Evaluation> {
  const { path, folder } = await scriptOf(run);
  const script: { evaluate?: (run: string) => Promise<Evaluation> } = await import(pathToFileURL(path).href);
  if (typeof script.evaluate !== 'function') throw new UserError(`${path} exports no function evaluate(run).`);
  return script.evaluate(folder);
}

async function scriptOf(run: string): Promise<{ path: string; folder: string }> {
  const folder = await findRun(run);
  const { state } = await loadCheckpoint(folder, 'best');
  return { path: join(findPaper(state.paper, 'evaluate.ts'), 'evaluate.ts'), folder };
}
