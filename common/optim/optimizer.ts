import * as tf from '@tensorflow/tfjs';
import { afterStep, live } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import type { Schedule } from './schedules.js';
import { type Parameters, readState, type StateDict, scalarState, writeState, zerosLike } from './state.js';

export interface OptimizerOptions {
  /** Learning rate, or a function of the number of steps done (0 at the first step). */
  lr: number | Schedule;
  /** Weight decay. Default as stated by each optimizer. */
  weightDecay?: number;
  /** Which parameters decay. Default: those of two dimensions or more, so neither biases nor norms. torch decays all: `() => true`. */
  decays?: (name: string, parameter: tf.Variable) => boolean;
  /** A factor on the learning rate for each parameter (layer-wise decay, a slower backbone). Default 1. */
  lrScale?: (name: string) => number;
}

/** Updates parameters from their gradients. `step` may run inside `compile`: what changes from step to step is read live. */
export interface Optimizer {
  /** Steps done. A schedule is asked with this number before each step. */
  iterations: number;
  /** The learning rate of the next step. Setting it to a number or a schedule takes effect at the next step, compiled or not. */
  get lr(): number;
  set lr(value: number | Schedule);
  /** Updates every parameter. Throws where a parameter has no gradient or a gradient no parameter. */
  step(grads: ReadonlyMap<string, tf.Tensor>): void;
  /** `step` (steps done) and the moving averages, `<parameter>.exp_avg` and so on. */
  stateDict(): StateDict;
  /** @throws UserError naming what does not fit. */
  loadStateDict(dict: StateDict): void;
  dispose(): void;
}

/** What one parameter's update gets to work with. */
export interface Update {
  parameter: tf.Variable;
  grad: tf.Tensor;
  /** Whether weight decay applies to this parameter. */
  decays: boolean;
  /** State variables of this parameter by their suffix. */
  state: (suffix: string) => tf.Variable;
  /** lr · f(t) · lrScale as a live scalar, t counting from 1 at the first step. One scalar is shared by all parameters of a scale. */
  rate: (key: string, f: (lr: number, t: number) => number) => tf.Scalar;
  /** f(lr, t) as a live scalar shared by all parameters. */
  shared: (key: string, f: (lr: number, t: number) => number) => tf.Scalar;
}

/** An optimizer from the update rule of one parameter and the suffixes of its state variables, which are made now, as zeros. */
export function makeOptimizer(
  name: string,
  parameters: Parameters,
  { lr, weightDecay = 0, decays = (_, p) => p.rank > 1, lrScale = () => 1 }: OptimizerOptions,
  suffixes: readonly string[],
  update: (u: Update) => void,
): Optimizer {
  if (parameters.size === 0) throw new Error(`${name} was given no parameters`);
  if (!(weightDecay >= 0)) throw new UserError(`${name}: weightDecay must be 0 or more, not ${weightDecay}.`);
  if (typeof lr === 'number' && !(lr >= 0)) throw new UserError(`${name}: lr must be 0 or more, not ${lr}.`);

  let schedule: Schedule = typeof lr === 'number' ? () => lr : lr;
  const state = new Map(suffixes.map((suffix) => [suffix, zerosLike(parameters)]));
  const variables = new Map(flatten(state));

  const optimizer: Optimizer = {
    iterations: 0,
    get lr(): number {
      return schedule(optimizer.iterations);
    },
    set lr(value: number | Schedule) {
      schedule = typeof value === 'number' ? () => value : value;
    },
    step(grads) {
      matchNames(name, parameters, grads);
      tf.tidy(() => {
        const scalars = new Map<string, tf.Scalar>();
        const shared: Update['shared'] = (key, f) => {
          const known = scalars.get(key);
          if (known) return known;
          const scalar = live(() => f(optimizer.lr, optimizer.iterations + 1));
          scalars.set(key, scalar);
          return scalar;
        };
        for (const [key, parameter] of parameters) {
          const scale = lrScale(key);
          update({
            parameter,
            grad: grads.get(key)!,
            decays: weightDecay > 0 && decays(key, parameter),
            state: (suffix) => state.get(suffix)!.get(key)!,
            shared,
            rate: (id, f) => shared(`${id}*${scale}`, (value, t) => f(value * scale, t)),
          });
        }
      });
      afterStep(() => {
        optimizer.iterations++;
      });
    },
    stateDict() {
      return new Map([['step', scalarState(optimizer.iterations)], ...readState(variables)]);
    },
    loadStateDict(dict) {
      const step = dict.get('step');
      if (!step) throw new UserError(`The state does not fit ${name}: step is missing.`);
      const rest = new Map(dict);
      rest.delete('step');
      writeState(variables, rest, name);
      optimizer.iterations = Number(step.data[0]);
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
    },
  };
  return optimizer;
}

function* flatten(state: Map<string, Map<string, tf.Variable>>): Iterable<[string, tf.Variable]> {
  for (const [suffix, variables] of state)
    for (const [name, variable] of variables) yield [`${name}.${suffix}`, variable];
}

function matchNames(name: string, parameters: Parameters, grads: ReadonlyMap<string, tf.Tensor>): void {
  for (const key of parameters.keys())
    if (!grads.has(key))
      throw new Error(`${name}: no gradient for the parameter ${key}; give the optimizer only what is trained`);
  for (const key of grads.keys())
    if (!parameters.has(key)) throw new Error(`${name}: a gradient for ${key}, which is not one of its parameters`);
}
