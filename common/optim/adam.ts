import * as tf from '@tensorflow/tfjs';
import { UserError } from '../utils/index.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Parameters } from './state.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the averages of gradient and squared gradient. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the second average. Default 1e-8. */
  eps?: number;
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
  { betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay, ...options }: AdamOptions & { weightDecay: number },
  decoupled: boolean,
): Optimizer {
  for (const beta of [beta1, beta2])
    if (!(beta >= 0 && beta < 1)) throw new UserError(`${name}: betas must be in [0, 1), not ${beta}.`);
  if (!(eps >= 0)) throw new UserError(`${name}: eps must be 0 or more, not ${eps}.`);
  return makeOptimizer(
    name,
    parameters,
    { weightDecay, ...options },
    ['exp_avg', 'exp_avg_sq'],
    ({ parameter, grad, decays, state, rate, shared }) => {
      const g = decays && !decoupled ? tf.add(grad, tf.mul(parameter, weightDecay)) : grad;
      const average = state('exp_avg');
      const square = state('exp_avg_sq');
      const nextAverage = tf.add(tf.mul(average, beta1), tf.mul(g, 1 - beta1));
      const nextSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(g), 1 - beta2));
      average.assign(nextAverage);
      square.assign(nextSquare);
      // lr·m̂/(√v̂ + eps) with both bias corrections moved into scalars: the same number from one operation less.
      const root = (t: number) => Math.sqrt(1 - beta2 ** t);
      const size = rate('size', (lr, t) => (lr * root(t)) / (1 - beta1 ** t));
      const floor = shared('eps', (_, t) => eps * root(t));
      const change = tf.mul(tf.div(nextAverage, tf.add(tf.sqrt(nextSquare), floor)), size);
      const start =
        decays && decoupled
          ? tf.mul(
              parameter,
              rate('keep', (lr) => 1 - lr * weightDecay),
            )
          : parameter;
      parameter.assign(tf.sub(start, change));
    },
  );
}
