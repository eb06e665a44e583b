import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { checkRange, withDecay } from './rules.js';
import type { Parameters } from './state.js';

export interface AdagradOptions extends OptimizerOptions {
  /** lr/(1 + (t − 1)·lrDecay) at step t. Default 0. */
  lrDecay?: number;
  /** What the sums of squares begin with. Default 0. */
  initial?: number;
  /** Default 1e-10. */
  eps?: number;
}

/** Adagrad (Duchi et al. 2011) as torch.optim.Adagrad. State: `sum`. */
export function adagrad(
  parameters: Parameters,
  { lrDecay = 0, initial = 0, eps = 1e-10, ...options }: AdagradOptions,
): Optimizer {
  for (const [key, value] of Object.entries({ lrDecay, initial, eps })) checkRange(`adagrad: ${key}`, value, 0);
  return makeOptimizer('adagrad', parameters, options, {
    slots: () => ({ sum: { fill: initial } }),
    update(u) {
      const g = withDecay(u);
      const sum = tf.add(u.state('sum'), tf.square(g));
      u.state('sum').assign(sum);
      const lr = u.rate('lr', (value, t) => value / (1 + (t - 1) * lrDecay));
      u.parameter.assign(tf.sub(u.parameter, tf.mul(tf.div(g, tf.add(tf.sqrt(sum), eps)), lr)));
    },
  });
}
