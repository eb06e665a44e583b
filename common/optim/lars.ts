import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { checkRange, norm } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface LarsOptions extends OptimizerOptions {
  /** Default 0.9. timm's is 0. */
  momentum?: Coefficient;
  nesterov?: boolean;
  /** The trust ratio is trustCoefficient·‖p‖ / (‖g‖ + wd·‖p‖ + eps). Default 0.001. */
  trustCoefficient?: number;
  /** Default 1e-8. */
  eps?: number;
  /** Trust ratios of lr at most (LARC). Default false. */
  trustClip?: boolean;
  /** Trust ratios for parameters without weight decay too. Default false. */
  alwaysAdapt?: boolean;
}

/** LARS (You et al. 2017) as timm's Lars: SGD whose gradient, decay included, is scaled to each parameter's norm. State: `momentum_buffer`. */
export function lars(
  parameters: Parameters,
  {
    momentum = 0.9,
    nesterov = false,
    trustCoefficient = 1e-3,
    eps = 1e-8,
    trustClip = false,
    alwaysAdapt = false,
    ...options
  }: LarsOptions,
): Optimizer {
  checkRange('lars: momentum', momentum, 0);
  checkRange('lars: eps', eps, 0);
  checkRange('lars: trustCoefficient', trustCoefficient, 0);
  if (nesterov && momentum === 0) throw new UserError('lars: nesterov needs a momentum above 0.');
  return makeOptimizer('lars', parameters, options, {
    slots: momentum === 0 ? [] : ['momentum_buffer'],
    momentum: momentum === 0 ? undefined : momentum,
    update(u) {
      const { parameter, grad, weightDecay, rate } = u;
      const lr = rate('lr', (value) => value);
      let direction = grad;
      if (weightDecay > 0 || alwaysAdapt) {
        const [w, g] = [norm(parameter), norm(grad)];
        const whole = tf.add(tf.add(g, tf.mul(w, weightDecay)), eps);
        const both = tf.logicalAnd(tf.greater(w, 0), tf.greater(g, 0));
        const one = tf.onesLike(w);
        let ratio = tf.where(both, tf.div(tf.mul(w, trustCoefficient), tf.where(both, whole, one)), one);
        // With a learning rate of 0 the clipped ratio is 1, not 0/0.
        if (trustClip)
          ratio = tf.minimum(
            tf.mul(
              ratio,
              rate('1/lr', (value) => 1 / Math.max(value, 1e-30)),
            ),
            1,
          );
        const g2 = weightDecay > 0 ? tf.add(grad, tf.mul(parameter, weightDecay)) : grad;
        direction = tf.mul(g2, ratio);
      }
      if (momentum !== 0) {
        const factor = u.coefficient('momentum', momentum);
        const buffer = u.state('momentum_buffer');
        const next = tf.add(tf.mul(buffer, factor), direction);
        buffer.assign(next);
        direction = nesterov ? tf.add(direction, tf.mul(next, factor)) : next;
      }
      parameter.assign(tf.sub(parameter, tf.mul(direction, lr)));
    },
  });
}
