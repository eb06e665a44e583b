import { findRun } from '../config/index.js';
import type { ImageModel } from '../models/index.js';
import { loadCheckpoint } from './checkpoint.js';
import { checkSameModel, type ImageTask, imageTask } from './parts.js';
import type { RunState } from './state.js';

export interface LoadedModel {
  /** In inference mode, with the checkpoint's weights. */
  model: ImageModel;
  task: ImageTask;
  state: RunState;
  folder: string;
}

/**
 * Rebuilds a model from a run folder alone: architecture, weights, class names and preprocessing are in its checkpoint.
 * @param run the folder or its name; `which` checkpoint: `best` (default) or `last`.
 * @throws UserError where there is no such run or checkpoint, or its file is damaged.
 */
export async function loadModel(run: string, which: 'best' | 'last' = 'best'): Promise<LoadedModel> {
  const folder = await findRun(run);
  const { state, model: weights } = await loadCheckpoint(folder, which);
  const { task } = state;
  const { createModel, parseModelSpec } = await import('../models/index.js');
  const images = imageTask(task, state.paper);
  const { channels, size } = images.preprocessing;
  const model = createModel(parseModelSpec(task.model), { classes: task.labels.length, channels, size });
  checkSameModel(`${which}.safetensors of ${folder}`, task.model, weights, { model, task });
  model.loadStateDict(weights);
  model.eval();
  return { model, task: images, state, folder };
}
