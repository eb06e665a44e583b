import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { checkRange, decayed, rms } from './rules.js';
import type { Slot } from './slots.js';
import type { Parameters } from './state.js';

export interface AdafactorOptions extends OptimizerOptions {
  /** The second average takes t^beta2Decay of the new value at step t. 0 or below; default −0.8. */
  beta2Decay?: number;
  /** The least of the second average's root, and of a parameter's root mean square. Default [2⁻²³, 1e-3]. */
  eps?: readonly [number, number];
  /** The largest root mean square of a step, before the learning rate. Default 1. */
  threshold?: number;
}

/**
 * Adafactor (Shazeer and Stern 2018) as torch.optim.Adafactor: the second average is kept as row and column means over the last two axes, steps
 * are relative to the parameter's own root mean square, and lr is an upper bound of 1/√t. Weight decay (default 0) is decoupled. State: `row_var`
 * and `col_var`, or `variance` of a parameter of one axis.
 */
export function adafactor(
  parameters: Parameters,
  { beta2Decay = -0.8, eps = [2 ** -23, 1e-3], threshold = 1, ...options }: AdafactorOptions,
): Optimizer {
  checkRange('adafactor: beta2Decay', beta2Decay, Number.NEGATIVE_INFINITY, 0, true);
  checkRange('adafactor: eps', Math.min(...eps), 0);
  checkRange('adafactor: threshold', threshold, 1);
  const [eps1, eps2] = eps;
  return makeOptimizer('adafactor', parameters, options, {
    slots: ({ shape }): Record<string, Slot> =>
      shape.length > 1
        ? { row_var: { shape: [...shape.slice(0, -1), 1] }, col_var: { shape: shape.with(-2, 1) } }
        : { variance: {} },
    update(u) {
      const { parameter, grad, state, rate, shared } = u;
      const take = shared('take', (_, t) => t ** beta2Decay);
      const follow = (suffix: string, value: tf.Tensor): tf.Tensor => {
        const next = tf.add(state(suffix), tf.mul(tf.sub(value, state(suffix)), take));
        state(suffix).assign(next);
        return next;
      };
      const size = tf.mul(
        tf.maximum(rms(parameter), eps2),
        rate('rho', (lr, t) => Math.min(lr, 1 / Math.sqrt(t))),
      );
      const square = tf.square(grad);
      let estimate: tf.Tensor;
      if (grad.rank > 1) {
        const row = follow('row_var', tf.mean(square, -1, true));
        const column = follow('col_var', tf.mean(square, -2, true));
        estimate = tf.div(tf.mul(row, column), tf.maximum(tf.mean(row, -2, true), eps1));
      } else estimate = follow('variance', square);
      const step = tf.mul(grad, tf.rsqrt(tf.maximum(estimate, eps1 * eps1)));
      const scale = tf.div(size, tf.maximum(1, tf.div(rms(step), threshold)));
      parameter.assign(tf.sub(decayed(u), tf.mul(step, scale)));
    },
  });
}
