import * as tf from '@tensorflow/tfjs-core';
import { afterStep, live } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { type NamePattern, namesMatching, type ParameterGroup, resolveGroups } from './groups.js';
import type { Coefficient, Schedule } from './schedules/schedule.js';
import { makeSlots, type Slots } from './slots.js';
import { type Parameters, readState, type StateDict, scalarState, writeState } from './state.js';

export interface OptimizerOptions {
  /** Learning rate, or a function of the number of steps done (0 at the first step). */
  lr: number | Schedule;
  /** Weight decay. Default as stated by each optimizer. */
  weightDecay?: number;
  /** Which parameters decay. Default: those of two dimensions or more, so neither biases nor norms. torch decays all: `() => true`. */
  decays?: (name: string, parameter: tf.Variable) => boolean;
  /** A factor on the learning rate for each parameter, as `layerDecay` gives. Default 1. */
  lrScale?: (name: string) => number;
  /** Factors on the learning rate and weight decays by patterns of names. Default: none. */
  groups?: readonly ParameterGroup[];
}

/** Updates parameters from their gradients. `step` may run inside `compile`: what changes from step to step is read live. */
export interface Optimizer {
  readonly name: string;
  /** Steps done. A schedule is asked with this number before each step. */
  iterations: number;
  /** The learning rate of the next step. Setting it to a number or a schedule takes effect at the next step, compiled or not. */
  get lr(): number;
  set lr(value: number | Schedule);
  /** The momentum (or beta1) of the next step, where the optimizer has one. */
  readonly momentum: number | undefined;
  /** The learning rate of one parameter at the next step, with its factors. */
  lrOf(name: string): number;
  /** All parameters it was given. */
  readonly parameters: Parameters;
  /** Those that are trained now, the frozen ones left out: what `valueAndGrads` is to differentiate by. */
  readonly trained: Parameters;
  /**
   * Stops training the parameters that match: they, and their averages, stay as they are. A compiled step was recorded with what was
   * trained then: call its `dispose()` after freeze or unfreeze, so that the next call records it once more. Forgetting it is an error at that call.
   * @returns the names. @throws UserError where none matches.
   */
  freeze(match: NamePattern): string[];
  /** Trains them again; bias corrections count the steps in which a parameter was trained, as in torch. */
  unfreeze(match: NamePattern): string[];
  /** Updates every parameter that is trained. Throws where one has no gradient or a gradient no parameter. */
  step(grads: ReadonlyMap<string, tf.Tensor>): void;
  /** `step` (steps done), `<parameter>.step` where a parameter was frozen for some, and the averages, `<parameter>.exp_avg` and so on. */
  stateDict(): StateDict;
  /** @throws UserError naming what does not fit. */
  loadStateDict(dict: StateDict): void;
  dispose(): void;
}

/** What one parameter's update gets to work with. */
export interface Update {
  readonly name: string;
  readonly parameter: tf.Variable;
  readonly grad: tf.Tensor;
  /** The weight decay of this parameter, 0 where it does not decay. */
  readonly weightDecay: number;
  /** State variables of this parameter by their suffix. */
  state(suffix: string): tf.Variable;
  /**
   * f(lr · factors of the parameter, t) as a live scalar, t counting from 1 at its first step. One scalar is shared by all parameters of a
   * factor.
   */
  rate(key: string, f: (lr: number, t: number) => number): tf.Scalar;
  /** f(lr, t) as a live scalar shared by all parameters. */
  shared(key: string, f: (lr: number, t: number) => number): tf.Scalar;
  /** f(c): a number where c is one, else a live scalar. */
  coefficient(key: string, c: Coefficient, f?: (value: number) => number): number | tf.Scalar;
  /** The value of a coefficient at this step, for use inside `rate` and `shared`. */
  now(c: Coefficient): number;
}

/** What makes an optimizer: its state, and the update of one parameter. */
export interface Rule {
  slots: Slots;
  update: (u: Update) => void;
  /** What is done to all gradients before (LAMB's clipping). */
  prepare?: (grads: ReadonlyMap<string, tf.Tensor>) => ReadonlyMap<string, tf.Tensor>;
  momentum?: Coefficient;
  /** The weight decay of a parameter that decays, where it is not the same for all. */
  weightDecay?: (name: string) => number;
}

/** An optimizer from its rule. */
export function makeOptimizer(name: string, parameters: Parameters, options: OptimizerOptions, rule: Rule): Optimizer {
  const { lr, weightDecay = 0, decays = (_, p) => p.rank > 1, lrScale = () => 1, groups = [] } = options;
  if (parameters.size === 0) throw new Error(`${name} was given no parameters`);
  if (!(weightDecay >= 0)) throw new UserError(`${name}: weightDecay must be 0 or more, not ${weightDecay}.`);
  if (typeof lr === 'number' && !(lr >= 0)) throw new UserError(`${name}: lr must be 0 or more, not ${lr}.`);

  const groupOf = resolveGroups(groups, [...parameters.keys()], name);
  const scaleOf = (key: string) => lrScale(key) * (groupOf.get(key)?.lrScale ?? 1);
  const decayOf = (key: string, parameter: tf.Variable) =>
    decays(key, parameter) ? (groupOf.get(key)?.weightDecay ?? rule.weightDecay?.(key) ?? weightDecay) : 0;
  let schedule: Schedule = typeof lr === 'number' ? () => lr : lr;
  const variables = makeSlots(parameters, rule.slots);
  const frozen = new Set<string>();
  /** How many steps each parameter was frozen in. */
  let missed = new Map<string, number>();
  /** Changes with what a recorded step cannot see. */
  let version = 0;
  let trained = parameters;
  const now = (c: Coefficient) => (typeof c === 'number' ? c : c(optimizer.iterations));
  const setFrozen = (match: NamePattern, change: (key: string) => boolean, verb: string) => {
    const names = namesMatching(match, parameters.keys(), `${name}.${verb}`);
    if (names.map(change).includes(true)) version++;
    trained = new Map([...parameters].filter(([key]) => !frozen.has(key)));
    return names;
  };

  const optimizer: Optimizer = {
    name,
    iterations: 0,
    parameters,
    get lr(): number {
      const value = schedule(optimizer.iterations);
      if (!(value >= 0))
        throw new UserError(`${name}: the schedule gives the learning rate ${value} at step ${optimizer.iterations}.`);
      return value;
    },
    set lr(value: number | Schedule) {
      schedule = typeof value === 'number' ? () => value : value;
    },
    get momentum() {
      return rule.momentum === undefined ? undefined : now(rule.momentum);
    },
    get trained() {
      return trained;
    },
    lrOf: (key) => optimizer.lr * scaleOf(key),
    freeze: (match) => setFrozen(match, (key) => frozen.size < frozen.add(key).size, 'freeze'),
    unfreeze: (match) => setFrozen(match, (key) => frozen.delete(key), 'unfreeze'),
    step(grads) {
      matchNames(name, parameters, trained, grads);
      const recorded = version;
      const check = () => {
        if (version === recorded) return;
        throw new Error(
          `${name}: other parameters are frozen than when the step was compiled; call its dispose() first`,
        );
      };
      tf.tidy(() => {
        const ready = rule.prepare?.(new Map([...grads].filter(([key]) => !frozen.has(key)))) ?? grads;
        const scalars = new Map<string, tf.Scalar>();
        const scalar = (key: string, read: () => number): tf.Scalar => {
          const known = scalars.get(key);
          if (known) return known;
          const made = live(() => {
            check();
            return read();
          });
          scalars.set(key, made);
          return made;
        };
        for (const [key, parameter] of trained) {
          const [scale, late] = [scaleOf(key), missed.get(key) ?? 0];
          const t = () => optimizer.iterations + 1 - late;
          const shared: Update['shared'] = (id, f) => scalar(`${id}@${late}`, () => f(optimizer.lr, t()));
          rule.update({
            name: key,
            parameter,
            grad: ready.get(key)!,
            weightDecay: decayOf(key, parameter),
            state: (suffix) => variables.get(`${key}.${suffix}`)!,
            shared,
            rate: (id, f) => shared(`${id}*${scale}`, (value, at) => f(value * scale, at)),
            coefficient: (id, c, f = (value) => value) => (typeof c === 'number' ? f(c) : scalar(id, () => f(now(c)))),
            now,
          });
        }
      });
      // What is frozen now, not when the step was recorded: both are the same, or `check` has thrown.
      afterStep(() => {
        optimizer.iterations++;
        for (const key of frozen) missed.set(key, (missed.get(key) ?? 0) + 1);
      });
    },
    stateDict() {
      const late = [...missed].map(([key, n]) => [`${key}.step`, scalarState(optimizer.iterations - n)] as const);
      return new Map([['step', scalarState(optimizer.iterations)], ...late, ...readState(variables)]);
    },
    loadStateDict(dict) {
      const step = dict.get('step');
      if (!step) throw new UserError(`The state does not fit ${name}: step is missing.`);
      const rest = new Map(dict);
      rest.delete('step');
      const done = Number(step.data[0]);
      const late = new Map<string, number>();
      for (const key of parameters.keys()) {
        const own = rest.get(`${key}.step`);
        if (own) late.set(key, done - Number(own.data[0]));
        rest.delete(`${key}.step`);
      }
      writeState(variables, rest, name);
      optimizer.iterations = done;
      if ([...parameters.keys()].some((key) => (missed.get(key) ?? 0) !== (late.get(key) ?? 0))) version++;
      missed = late;
    },
    dispose() {
      for (const variable of variables.values()) variable.dispose();
    },
  };
  return optimizer;
}

function matchNames(
  name: string,
  parameters: Parameters,
  trained: Parameters,
  grads: ReadonlyMap<string, tf.Tensor>,
): void {
  for (const key of trained.keys())
    if (!grads.has(key))
      throw new Error(`${name}: no gradient for the parameter ${key}; give the optimizer only what is trained`);
  for (const key of grads.keys())
    if (!parameters.has(key)) throw new Error(`${name}: a gradient for ${key}, which is not one of its parameters`);
}
