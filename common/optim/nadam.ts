import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { beta, checkBetas, checkRange, decayed, follow, withDecay } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface NadamOptions extends OptimizerOptions {
  /** Default [0.9, 0.999]. */
  betas?: readonly [Coefficient, number];
  /** Default 1e-8. */
  eps?: number;
  /** How fast the momentum rises to beta1: μ(t) = beta1·(1 − ½·0.96^(t·momentumDecay)). Default 0.004. */
  momentumDecay?: number;
  /** Decay as AdamW does instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

/** Adam with Nesterov's momentum (Dozat 2016) as torch.optim.NAdam. State: `exp_avg`, `exp_avg_sq`, `mu_product` (one number a parameter). */
export function nadam(
  parameters: Parameters,
  { betas = [0.9, 0.999], eps = 1e-8, momentumDecay = 4e-3, decoupled = false, ...options }: NadamOptions,
): Optimizer {
  checkBetas('nadam', betas);
  checkRange('nadam: eps', eps, 0);
  checkRange('nadam: momentumDecay', momentumDecay, 0);
  const [beta1, beta2] = betas;
  return makeOptimizer('nadam', parameters, options, {
    slots: () => ({ exp_avg: {}, exp_avg_sq: {}, mu_product: { shape: [], fill: 1 } }),
    momentum: beta1,
    update(u) {
      const { parameter, state, rate, shared } = u;
      const g = decoupled ? u.grad : withDecay(u);
      const mu = (t: number) => u.now(beta1) * (1 - 0.5 * 0.96 ** (t * momentumDecay));
      const product = tf.mul<tf.Scalar>(
        state('mu_product'),
        shared('mu', (_, t) => mu(t)),
      );
      state('mu_product').assign(product);
      const next = tf.mul(
        product,
        shared('next', (_, t) => mu(t + 1)),
      );
      const average = follow(state('exp_avg'), g, beta(u, 'beta1', beta1));
      const square = follow(state('exp_avg_sq'), tf.square(g), beta(u, 'beta2', beta2));
      const root = (t: number) => Math.sqrt(1 - beta2 ** t);
      // The root of the second bias correction is moved into the factors, as in Adam.
      const denominator = tf.add(
        tf.sqrt(square),
        shared('eps', (_, t) => eps * root(t)),
      );
      const ofGrad = tf.div(
        rate('grad', (lr, t) => lr * root(t) * (1 - mu(t))),
        tf.sub(1, product),
      );
      const ofAverage = tf.div(
        rate('average', (lr, t) => lr * root(t) * mu(t + 1)),
        tf.sub(1, next),
      );
      const change = tf.div(tf.add(tf.mul(g, ofGrad), tf.mul(average, ofAverage)), denominator);
      parameter.assign(tf.sub(decoupled ? decayed(u) : parameter, change));
    },
  });
}
