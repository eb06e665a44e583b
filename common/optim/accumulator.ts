import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { type Parameters, readState, type StateDict, writeState, zerosLike } from './state.js';

/** Gradients of several micro-batches as one of the large batch. Its methods may run inside `compile`. */
export interface Accumulator {
  /**
   * Adds the gradients of the mean loss of `samples` samples. Parameters without one in `grads` (frozen ones) get none.
   * The count may be a number (such as the batch's shape) or a scalar tensor (where samples are masked, such as tokens).
   */
  add(grads: ReadonlyMap<string, tf.Tensor>, samples: number | tf.Scalar): void;
  /**
   * The gradients of the mean loss over all samples added since the last call; then it begins anew. `names`: `optimizer.trained.keys()`,
   * where some are frozen. Default: all.
   */
  take(names?: Iterable<string>): Map<string, tf.Tensor>;
  /** `<parameter>.grad_sum` and `samples`, for checkpoints between micro-batches. */
  stateDict(): StateDict;
  loadStateDict(dict: StateDict): void;
  dispose(): void;
}

/**
 * Gradient accumulation weighted by samples: Σ nᵢ·gᵢ / Σ nᵢ is the gradient of the mean loss over the large batch, also where micro-batches differ in
 * size. (Dividing by the number of micro-batches, as Accelerate and Lightning do, is not, where the last one is smaller.) Batch normalisation
 * still sees micro-batches.
 */
export function accumulator(parameters: Parameters): Accumulator {
  const sums = zerosLike(parameters);
  const samples = tf.tidy(() => tf.variable(tf.scalar(0), false));
  const state: Parameters = new Map<string, tf.Variable>([
    ['samples', samples],
    ...[...sums].map(([name, sum]) => [`${name}.grad_sum`, sum] as const),
  ]);
  return {
    add(grads, count) {
      if (typeof count === 'number' && !(count > 0))
        throw new UserError(`a micro-batch must have one sample or more, not ${count}.`);
      tf.tidy(() => {
        for (const [name, grad] of grads) {
          const sum = sums.get(name);
          if (sum === undefined)
            throw new Error(`accumulator: a gradient for ${name}, which is not one of its parameters`);
          sum.assign(tf.add(sum, tf.mul(grad, count)));
        }
        samples.assign(tf.add(samples, count));
      });
    },
    take(names = parameters.keys()) {
      const grads = new Map<string, tf.Tensor>();
      for (const name of names) {
        const sum = sums.get(name);
        if (sum === undefined) throw new Error(`accumulator: ${name} is not one of its parameters`);
        grads.set(name, tf.div(sum, samples));
      }
      tf.tidy(() => {
        for (const sum of sums.values()) sum.assign(tf.zerosLike(sum));
        samples.assign(tf.scalar(0));
      });
      return grads;
    },
    stateDict: () => readState(state),
    loadStateDict: (dict) => writeState(state, dict, 'the accumulated gradients'),
    dispose() {
      for (const variable of state.values()) variable.dispose();
    },
  };
}
