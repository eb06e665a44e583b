import * as tf from '@tensorflow/tfjs-core';
import { afterStep, live } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { type Parameters, readState, type StateDict, scalarState, writeState } from './state.js';

/** Averages of a model's parameters (and buffers) over the steps, under the same names. */
export interface Averages {
  /** Updates done. */
  iterations: number;
  /** The averages. They start as copies of the values at construction. */
  readonly averages: ReadonlyMap<string, tf.Variable>;
  /** Takes the present values in; integer buffers are copied. Call it after `optimizer.step`, inside the same step. */
  update(): void;
  /** Exchanges the values of model and averages: once before an evaluation, once after. Not for compiled steps. */
  swap(): void;
  stateDict(): StateDict;
  loadStateDict(dict: StateDict): void;
  dispose(): void;
}

/** Through the host: a clone would share the parameter's memory, and a compiled step tells variables apart by their memory. */
export function copyVariable(variable: tf.Variable): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(variable.dataSync().slice(), variable.shape, variable.dtype), false));
}

/**
 * Averages from their rule.
 *
 * @param share how much of the present value the update t (from 1) takes; 0 leaves all as it is, 1 copies.
 * @param mix the new average from average, value and share.
 */
export function makeAverages(
  variables: Parameters,
  share: (t: number) => number,
  mix: (average: tf.Variable, value: tf.Variable, share: tf.Scalar) => tf.Tensor,
): Averages {
  const averages = new Map([...variables].map(([name, variable]) => [name, copyVariable(variable)]));
  const self: Averages = {
    iterations: 0,
    averages,
    update() {
      tf.tidy(() => {
        const fresh = live(() => share(self.iterations + 1));
        for (const [name, variable] of variables) {
          const average = averages.get(name)!;
          if (variable.dtype === 'float32') average.assign(mix(average, variable, fresh));
          else average.assign(tf.add(variable, tf.scalar(0, 'int32')));
        }
      });
      afterStep(() => {
        self.iterations++;
      });
    },
    swap() {
      tf.tidy(() => {
        for (const [name, variable] of variables) {
          const average = averages.get(name)!;
          const held = tf.clone(variable);
          variable.assign(average);
          average.assign(held);
        }
      });
    },
    stateDict: () => new Map([['step', scalarState(self.iterations)], ...readState(averages)]),
    loadStateDict(dict) {
      const step = dict.get('step');
      if (!step) throw new UserError('The state does not fit the averages: step is missing.');
      const rest = new Map(dict);
      rest.delete('step');
      writeState(averages, rest, 'the averages');
      self.iterations = Number(step.data[0]);
    },
    dispose() {
      for (const average of averages.values()) average.dispose();
    },
  };
  return self;
}
