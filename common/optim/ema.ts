import * as tf from '@tensorflow/tfjs';
import { afterStep, live } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { type Parameters, readState, type StateDict, scalarState, writeState } from './state.js';

export interface EmaOptions {
  /** Share of the old average kept at each update. Default 0.9999. */
  decay?: number;
  /** Let the decay grow with the updates t as 1 − (1 + t)^(−power) up to `decay`, as timm does (2/3 there). Default: no warm-up. */
  warmupPower?: number;
}

/** Exponential moving averages of a model's parameters (and buffers), under the same names. */
export interface Ema {
  /** Updates done. */
  iterations: number;
  /** The averages. They start as copies of the values at construction. */
  readonly averages: ReadonlyMap<string, tf.Variable>;
  /** average ← decay·average + (1 − decay)·value; integer buffers are copied. Call it after `optimizer.step`, inside the same step. */
  update(): void;
  /** Exchanges the values of model and averages: once before an evaluation, once after. Not for compiled steps. */
  swap(): void;
  stateDict(): StateDict;
  loadStateDict(dict: StateDict): void;
  dispose(): void;
}

/** @param variables what is averaged: `model.namedParameters()`, or `model.namedVariables()` where batch norm's statistics should be averaged too. */
export function ema(variables: Parameters, { decay = 0.9999, warmupPower }: EmaOptions = {}): Ema {
  if (!(decay >= 0 && decay < 1)) throw new UserError(`the decay of an average must be in [0, 1), not ${decay}.`);
  // Through the host: a clone would share the parameter's memory, and a compiled step tells variables apart by their memory.
  const copy = (variable: tf.Variable) =>
    tf.tidy(() => tf.variable(tf.tensor(variable.dataSync().slice(), variable.shape, variable.dtype), false));
  const averages = new Map([...variables].map(([name, variable]) => [name, copy(variable)]));
  const share = (t: number) => 1 - (warmupPower === undefined ? decay : Math.min(decay, 1 - (1 + t) ** -warmupPower));

  const self: Ema = {
    iterations: 0,
    averages,
    update() {
      tf.tidy(() => {
        const fresh = live(() => share(self.iterations + 1));
        for (const [name, variable] of variables) {
          const average = averages.get(name)!;
          if (variable.dtype === 'float32') average.assign(tf.add(average, tf.mul(tf.sub(variable, average), fresh)));
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
