import * as tf from '@tensorflow/tfjs';
import { UserError } from '../utils/index.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Parameters } from './state.js';

export interface SgdOptions extends OptimizerOptions {
  /** Default 0. */
  momentum?: number;
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
  if (!(momentum >= 0)) throw new UserError(`sgd: momentum must be 0 or more, not ${momentum}.`);
  if (nesterov && momentum === 0) throw new UserError('sgd: nesterov needs a momentum above 0.');
  const suffixes = momentum > 0 ? ['momentum_buffer'] : [];
  return makeOptimizer('sgd', parameters, { weightDecay, ...options }, suffixes, ({ parameter, grad, ...u }) => {
    const g = u.decays ? tf.add(grad, tf.mul(parameter, weightDecay)) : grad;
    let direction = g;
    if (momentum > 0) {
      const buffer = u.state('momentum_buffer');
      const next = tf.add(tf.mul(buffer, momentum), g);
      buffer.assign(next);
      direction = nesterov ? tf.add(g, tf.mul(next, momentum)) : next;
    }
    const lr = u.rate('lr', (value) => value);
    parameter.assign(tf.sub(parameter, tf.mul(direction, lr)));
  });
}
