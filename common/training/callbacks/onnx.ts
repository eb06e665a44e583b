import { join } from 'node:path';
import { writeFileAtomic } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import { modelToOnnx } from '../onnx.js';

/** model.onnx at the end, of the weights that are then in the model: the best, after `run.loadBest()`. */
export function onnx(): Callback {
  return {
    name: 'onnx',
    async end(run) {
      const { model, task } = run.setup;
      await writeFileAtomic(join(run.folder, 'model.onnx'), modelToOnnx(model, task));
    },
  };
}
