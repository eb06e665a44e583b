import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { checkRange, withDecay } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface SgdOptions extends OptimizerOptions {
  /** A number or a function of the step. Default 0. */
  momentum?: Coefficient;
  /** Nesterov's momentum, which needs momentum > 0. Default false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent as torch.optim.SGD (dampening 0): g ← g + wd·p; b ← momentum·b + g;
 * p ← p − lr·b, or p − lr·(g + momentum·b) with Nesterov. State: `momentum_buffer`.
 */
export function sgd(
  parameters: Parameters,
  { momentum = 0, nesterov = false, weightDecay = 0, ...options }: SgdOptions,
): Optimizer {
  checkRange('sgd: momentum', momentum, 0);
  if (nesterov && momentum === 0) throw new UserError('sgd: nesterov needs a momentum above 0.');
  return makeOptimizer(
    'sgd',
    parameters,
    { weightDecay, ...options },
    {
      slots: momentum === 0 ? [] : ['momentum_buffer'],
      momentum: momentum === 0 ? undefined : momentum,
      update(u) {
        const g = withDecay(u);
        let direction = g;
        if (momentum !== 0) {
          const buffer = u.state('momentum_buffer');
          const factor = u.coefficient('momentum', momentum);
          const next = tf.add(tf.mul(buffer, factor), g);
          buffer.assign(next);
          direction = nesterov ? tf.add(g, tf.mul(next, factor)) : next;
        }
        const lr = u.rate('lr', (value) => value);
        u.parameter.assign(tf.sub(u.parameter, tf.mul(direction, lr)));
      },
    },
  );
}
