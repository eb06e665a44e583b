import * as tf from '@tensorflow/tfjs-core';
import type { Module, StateDict } from '../../nn/index.js';
import { UserError } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import { classifierOf } from '../onnx.js';
import type { Run } from '../run.js';
import type { Row } from '../state.js';
import { traceForward } from './traceForward.js';

export interface NotFiniteOptions {
  /** The model's outputs for a batch. Default: `model.forward(batch.image)`. */
  forward?: (batch: unknown) => tf.Tensor;
}

/**
 * Stops the run at the first step whose loss (or another logged value) is NaN or infinite, and says where it came from: the run goes back to its last
 * checkpoint, does the steps since then again, which gives the same bits, and looks at what each layer gives for the batch in question.
 */
export function stopAtNaN({ forward }: NotFiniteOptions = {}): Callback {
  let batch: unknown;
  let wrong: { step: number; values: Row } | undefined;
  let before: StateDict | undefined;
  const inspect = (run: Run): string => {
    const { model } = run.setup;
    const output = () => forward?.(batch) ?? classifierOf(run.setup).model.forward(imageOf(batch));
    const after = model.stateDict();
    if (before !== undefined) model.loadStateDict(before);
    const seen = traceForward(model, output);
    return before === undefined || seen.culprit !== undefined ? (seen.culprit ?? '') : gradientsBefore(model, after);
  };
  return {
    name: 'stopAtNaN',
    batch(run, now) {
      batch = now;
      // The weights before the step that went wrong, while it is done again.
      if (wrong !== undefined && run.step + 1 === wrong.step) before = run.setup.model.stateDict();
    },
    async step(run, values) {
      if (!hasNotFinite(values)) return;
      wrong = { step: run.step, values };
      run.log(`${told(wrong)}: going back to the last checkpoint to find out where it comes from.`);
      if (!(await run.rewind())) throw new UserError(`${told(wrong)}. ${inspect(run)}`);
    },
    replayed(run, values) {
      if (wrong === undefined || run.step < wrong.step) return;
      if (!hasNotFinite(values)) throw new Error(`step ${run.step} gave other values when it was done again`);
      const lr = run.setup.optimizer.lr;
      throw new UserError(
        `${told(wrong)} (epoch ${run.epoch + 1}, batch ${run.batch}, learning rate ${lr}).\n${inspect(run)}\n` +
          'The last checkpoint is from before that: a lower learning rate, a warm-up or a clipped gradient are the usual cures.',
      );
    },
  };
}

const hasNotFinite = (values: Row) => Object.values(values).some((value) => !Number.isFinite(value));

function told({ step, values }: { step: number; values: Row }): string {
  const [name, value] = Object.entries(values).find(([, value]) => !Number.isFinite(value)) ?? ['a value', Number.NaN];
  return `Step ${step}: ${name} is ${value}`;
}

/** The forward pass was finite: then it is the loss, or the gradients, of which the deepest that is not comes first in the backward pass. */
function gradientsBefore(model: Module, after: StateDict): string {
  const bad = [...after].filter(([, { data }]) => !allFinite(data)).map(([name]) => name);
  const names = [...model.namedVariables().keys()].filter((name) => bad.includes(name));
  const last = names.at(-1);
  if (last === undefined)
    return 'Every layer and every weight is finite: it comes from the loss, or from what else the step logs.';
  return names.length === model.namedParameters().size
    ? 'Every layer gives finite numbers, but the gradients of all weights are not: it comes from the loss.'
    : `Every layer gives finite numbers; of the gradients the first in the backward pass that is not finite is that of ${last}.`;
}

function allFinite(data: ArrayLike<number | bigint>): boolean {
  for (let i = 0; i < data.length; i++) if (typeof data[i] === 'number' && !Number.isFinite(data[i])) return false;
  return true;
}

function imageOf(batch: unknown): tf.Tensor4D {
  if (typeof batch === 'object' && batch !== null && 'image' in batch && batch.image instanceof tf.Tensor)
    return batch.image as tf.Tensor4D; // what a Classifier takes
  throw new Error('stopAtNaN: the batches have no image: give it the option forward');
}
