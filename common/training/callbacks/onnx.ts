import { join } from 'node:path';
import type { Callback } from '../callbacks.js';
import { saveModelAsOnnx } from '../onnx.js';

/** model.onnx at the end, of the weights that are then in the model: the best, after `run.loadBest()`. */
export function onnx(): Callback {
  return {
    name: 'onnx',
    async end(run) {
      const { model, task } = run.setup;
      await saveModelAsOnnx(join(run.folder, 'model.onnx'), model, task);
    },
  };
}
