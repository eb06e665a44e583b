import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { beta, checkBetas, decayed, follow } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface LionOptions extends OptimizerOptions {
  /** Share of the average in the step's sign, and the decay of the average. Default [0.9, 0.99]. */
  betas?: readonly [Coefficient, number];
}

/**
 * Lion (Chen et al. 2023) as timm's: the sign of beta1·m + (1 − beta1)·g, then m follows g with beta2. Weight decay (default 0) is
 * decoupled. The paper's
 * learning rates are 3 to 10 times lower than AdamW's, and its decays as much higher. State: `exp_avg`.
 */
export function lion(parameters: Parameters, { betas = [0.9, 0.99], ...options }: LionOptions): Optimizer {
  checkBetas('lion', betas);
  const [beta1, beta2] = betas;
  return makeOptimizer('lion', parameters, options, {
    slots: ['exp_avg'],
    momentum: beta1,
    update(u) {
      const { parameter, grad, state, rate } = u;
      const { keep, take } = beta(u, 'beta1', beta1);
      const direction = tf.sign(tf.add(tf.mul(state('exp_avg'), keep), tf.mul(grad, take)));
      follow(state('exp_avg'), grad, beta(u, 'beta2', beta2));
      const lr = rate('lr', (value) => value);
      parameter.assign(tf.sub(decayed(u), tf.mul(direction, lr)));
    },
  });
}
