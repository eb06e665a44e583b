import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions, type Update } from './optimizer.js';
import { beta, checkBetas, checkRange, decayed, follow, withDecay } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient; the first may be a function of the step. Default [0.9, 0.999]. */
  betas?: readonly [Coefficient, number];
  /** Added to the root of the second average. Default 1e-8. */
  eps?: number;
  /** Divide by the largest second average so far (Reddi et al. 2018), one more state: `max_exp_avg_sq`. Default false. */
  amsgrad?: boolean;
}

/** Adam (Kingma and Ba 2015) as torch.optim.Adam; weight decay (default 0) is added to the gradient. State: `exp_avg`, `exp_avg_sq`. */
export function adam(parameters: Parameters, { weightDecay = 0, ...options }: AdamOptions): Optimizer {
  return build('adam', parameters, { weightDecay, ...options }, false);
}

/** AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW: p ← p·(1 − lr·wd) before Adam's step, wd 0.01 by default. */
export function adamw(parameters: Parameters, { weightDecay = 0.01, ...options }: AdamOptions): Optimizer {
  return build('adamw', parameters, { weightDecay, ...options }, true);
}

function build(
  name: 'adam' | 'adamw',
  parameters: Parameters,
  { betas = [0.9, 0.999], eps = 1e-8, amsgrad = false, ...options }: AdamOptions,
  decoupled: boolean,
): Optimizer {
  checkBetas(name, betas);
  checkRange(`${name}: eps`, eps, 0);
  return makeOptimizer(name, parameters, options, {
    slots: amsgrad ? ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'] : ['exp_avg', 'exp_avg_sq'],
    momentum: betas[0],
    update: (u) => adamUpdate(u, { betas, eps, amsgrad, decoupled }),
  });
}

/** Adam's step of one parameter; Muon takes it for what is not a matrix. */
export function adamUpdate(
  u: Update,
  options: { betas: readonly [Coefficient, number]; eps: number; amsgrad: boolean; decoupled: boolean },
): void {
  const { betas, eps, amsgrad, decoupled } = options;
  const [beta1, beta2] = betas;
  const { parameter, state, rate, shared } = u;
  const g = decoupled ? u.grad : withDecay(u);
  const average = follow(state('exp_avg'), g, beta(u, 'beta1', beta1));
  let square = follow(state('exp_avg_sq'), tf.square(g), beta(u, 'beta2', beta2));
  if (amsgrad) {
    square = tf.maximum(state('max_exp_avg_sq'), square);
    state('max_exp_avg_sq').assign(square);
  }
  // lr·m̂/(√v̂ + eps) with both bias corrections moved into scalars: the same number from one operation less.
  const root = (t: number) => Math.sqrt(1 - beta2 ** t);
  const size = rate('size', (lr, t) => (lr * root(t)) / (1 - u.now(beta1) ** t));
  const floor = shared('eps', (_, t) => eps * root(t));
  const change = tf.mul(tf.div(average, tf.add(tf.sqrt(square), floor)), size);
  parameter.assign(tf.sub(decoupled ? decayed(u) : parameter, change));
}
