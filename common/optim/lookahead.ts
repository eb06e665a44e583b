import * as tf from '@tensorflow/tfjs-core';
import { live } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { copyVariable } from './averages.js';
import type { Optimizer } from './optimizer.js';
import { checkState, readState, type StateDict, writeState } from './state.js';

export interface LookaheadOptions {
  /** How far the slow weights go towards the fast ones. Default 0.5. */
  alpha?: number;
  /** Steps of the optimizer between two of the slow weights. Default 6. */
  k?: number;
}

const SUFFIX = '.lookahead_slow_buff';

/**
 * Lookahead (Zhang et al. 2019) around any optimizer: every k steps slow ← slow + alpha·(fast − slow), and the parameters become the slow
 * weights. These begin
 * as the parameters at construction, as in the paper (timm's Lookahead takes them after the first k steps). State: `lookahead_slow_buff` beside the
 * optimizer's own.
 */
export function lookahead(base: Optimizer, { alpha = 0.5, k = 6 }: LookaheadOptions = {}): Optimizer {
  if (!(alpha >= 0 && alpha <= 1)) throw new UserError(`lookahead: alpha must be in [0, 1], not ${alpha}.`);
  if (!(Number.isInteger(k) && k >= 1)) throw new UserError(`lookahead: k must be 1 or more, not ${k}.`);
  const slow = new Map([...base.parameters].map(([name, variable]) => [name, copyVariable(variable)]));
  return {
    name: `lookahead of ${base.name}`,
    parameters: base.parameters,
    get iterations() {
      return base.iterations;
    },
    set iterations(value) {
      base.iterations = value;
    },
    get lr(): number {
      return base.lr;
    },
    set lr(value) {
      base.lr = value;
    },
    get momentum() {
      return base.momentum;
    },
    get trained() {
      return base.trained;
    },
    lrOf: (name) => base.lrOf(name),
    freeze: (match) => base.freeze(match),
    unfreeze: (match) => base.unfreeze(match),
    step(grads) {
      tf.tidy(() => {
        const due = tf.greater(
          live(() => ((base.iterations + 1) % k === 0 ? 1 : 0)),
          0.5,
        );
        base.step(grads);
        for (const [name, parameter] of base.trained) {
          const held = slow.get(name)!;
          const next = tf.add(held, tf.mul(tf.sub(parameter, held), alpha));
          parameter.assign(tf.where(due, next, parameter));
          held.assign(tf.where(due, next, held));
        }
      });
    },
    stateDict: () => new Map([...base.stateDict(), ...readState(slow, SUFFIX)]),
    loadStateDict(dict) {
      const own: StateDict = new Map();
      const rest: StateDict = new Map();
      for (const [name, value] of dict)
        if (name.endsWith(SUFFIX)) own.set(name, value);
        else rest.set(name, value);
      const held = new Map([...slow].map(([name, variable]) => [name + SUFFIX, variable]));
      checkState(held, own, 'lookahead');
      base.loadStateDict(rest);
      writeState(held, own, 'lookahead');
    },
    dispose() {
      base.dispose();
      for (const variable of slow.values()) variable.dispose();
    },
  };
}
