import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { beta, checkBetas, checkRange, decayed, follow, withDecay } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface RadamOptions extends OptimizerOptions {
  /** Default [0.9, 0.999]. */
  betas?: readonly [Coefficient, number];
  /** Default 1e-8. */
  eps?: number;
  /** Decay as AdamW does instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

/**
 * Rectified Adam (Liu et al. 2020) as torch.optim.RAdam: plain momentum as long as the variance of the second average is not tractable
 * (ρ ≤ 5), then Adam's step times the rectification. State: `exp_avg`, `exp_avg_sq`.
 */
export function radam(
  parameters: Parameters,
  { betas = [0.9, 0.999], eps = 1e-8, decoupled = false, ...options }: RadamOptions,
): Optimizer {
  checkBetas('radam', betas);
  checkRange('radam: eps', eps, 0);
  const [beta1, beta2] = betas;
  const limit = 2 / (1 - beta2) - 1;
  const rho = (t: number) => limit - (2 * t * beta2 ** t) / (1 - beta2 ** t);
  /** The rectification with the second bias correction, 0 where there is none. */
  const rectified = (t: number): number => {
    const r = rho(t);
    if (!(r > 5)) return 0;
    return Math.sqrt(((r - 4) * (r - 2) * limit * (1 - beta2 ** t)) / ((limit - 4) * (limit - 2) * r));
  };
  return makeOptimizer('radam', parameters, options, {
    slots: ['exp_avg', 'exp_avg_sq'],
    momentum: beta1,
    update(u) {
      const { parameter, state, rate, shared } = u;
      const g = decoupled ? u.grad : withDecay(u);
      const average = follow(state('exp_avg'), g, beta(u, 'beta1', beta1));
      const square = follow(state('exp_avg_sq'), tf.square(g), beta(u, 'beta2', beta2));
      const first = (lr: number, t: number) => lr / (1 - u.now(beta1) ** t);
      // One graph for both regimes: lr·m̂·(r/(√v + eps) + p), where one of r and p is 0.
      const adaptive = tf.div(
        rate('adaptive', (lr, t) => first(lr, t) * rectified(t)),
        // eps alone could be 0/0 where v is 0 and r is 0.
        tf.add(
          tf.sqrt(square),
          shared('eps', (_, t) => (rho(t) > 5 ? eps : 1)),
        ),
      );
      const plain = rate('plain', (lr, t) => (rho(t) > 5 ? 0 : first(lr, t)));
      const change = tf.mul(average, tf.add(adaptive, plain));
      parameter.assign(tf.sub(decoupled ? decayed(u) : parameter, change));
    },
  });
}
