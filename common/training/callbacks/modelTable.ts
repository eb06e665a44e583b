import * as tf from '@tensorflow/tfjs-core';
import type { Callback } from '../callbacks.js';
import { modelSummary } from '../modelSummary.js';
import { classifierOf } from '../onnx.js';

/** Prints what the model is made of before the first step: layers, shapes, parameters, multiply-adds and memory for one image. */
export function modelTable({ depth = 2 }: { depth?: number } = {}): Callback {
  return {
    name: 'modelTable',
    async start(run) {
      if (run.step > 0) return;
      const { model, task } = classifierOf(run.setup);
      const { size, channels } = task.preprocessing;
      const example = tf.zeros<tf.Rank.R4>([1, size, size, channels]);
      run.log((await modelSummary(model, example, { depth })).toString());
      example.dispose();
    },
  };
}
