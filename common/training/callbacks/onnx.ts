import { join } from 'node:path';
import type { Callback } from '../callbacks.js';
import { classifierOf, saveModelAsOnnx } from '../onnx.js';

/** model.onnx at the end of an image classifier's run, of the weights that are then in the model: the best, after `run.loadBest()`. */
export function onnx(): Callback {
  return {
    name: 'onnx',
    async end(run) {
      if (run.setup.task.preprocessing === undefined) return;
      const { model, task } = classifierOf(run.setup);
      await saveModelAsOnnx(join(run.folder, 'model.onnx'), model, task);
    },
  };
}
