import * as tf from '@tensorflow/tfjs-core';
import { makeOptimizer, type Optimizer, type OptimizerOptions, type Update } from './optimizer.js';
import { beta, checkRange, decayed, follow, withDecay } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the average of the squared gradient. Default 0.99; 0.9 as in TensorFlow. */
  alpha?: number;
  /** Added to the root; under the root as in TensorFlow. Default 1e-8; 1e-10 there. */
  eps?: number;
  /** Default 0. */
  momentum?: Coefficient;
  /** Divide by the standard deviation, the average gradient subtracted. Default false. */
  centered?: boolean;
}

export interface RmspropTfOptions extends RmspropOptions {
  /** Whether the learning rate goes into the momentum. Default true. */
  lrInMomentum?: boolean;
  /** Decay as AdamW does instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

/** RMSprop (Tieleman and Hinton 2012; centered: Graves 2013) as torch.optim.RMSprop. State: `square_avg`, `momentum_buffer`, `grad_avg`. */
export function rmsprop(parameters: Parameters, { alpha = 0.99, eps = 1e-8, ...options }: RmspropOptions): Optimizer {
  return build('rmsprop', parameters, { alpha, eps, ...options }, false);
}

/**
 * RMSprop as TensorFlow's, after timm's RMSpropTF: eps under the root, the average of squares begins with ones, the learning rate goes into the
 * momentum. Recipes of EfficientNet and MobileNetV3 need it.
 */
export function rmspropTf(
  parameters: Parameters,
  { alpha = 0.9, eps = 1e-10, ...options }: RmspropTfOptions,
): Optimizer {
  return build('rmspropTf', parameters, { alpha, eps, ...options }, true);
}

function build(
  name: string,
  parameters: Parameters,
  {
    alpha,
    eps,
    momentum = 0,
    centered = false,
    lrInMomentum = true,
    decoupled = false,
    ...options
  }: RmspropTfOptions & { alpha: number; eps: number },
  tensorflow: boolean,
): Optimizer {
  checkRange(`${name}: alpha`, alpha, 0, 1);
  checkRange(`${name}: eps`, eps, 0);
  checkRange(`${name}: momentum`, momentum, 0);
  const slots = {
    square_avg: tensorflow ? { fill: 1 } : {},
    ...(momentum === 0 ? {} : { momentum_buffer: {} }),
    ...(centered ? { grad_avg: {} } : {}),
  };
  /** The root of the average square, or of the variance, with eps where it belongs. */
  const root = (u: Update, g: tf.Tensor): tf.Tensor => {
    const decay = beta(u, 'alpha', alpha);
    let square = follow(u.state('square_avg'), tf.square(g), decay);
    if (centered) square = tf.sub(square, tf.square(follow(u.state('grad_avg'), g, decay)));
    return tensorflow ? tf.sqrt(tf.add(square, eps)) : tf.add(tf.sqrt(square), eps);
  };
  return makeOptimizer(name, parameters, options, {
    slots: () => slots,
    momentum: momentum === 0 ? undefined : momentum,
    update(u) {
      const g = decoupled ? u.grad : withDecay(u);
      const start = decoupled ? decayed(u) : u.parameter;
      const lr = u.rate('lr', (value) => value);
      const direction = tf.div(g, root(u, g));
      if (momentum === 0) {
        u.parameter.assign(tf.sub(start, tf.mul(direction, lr)));
        return;
      }
      const buffer = u.state('momentum_buffer');
      const inside = tensorflow && lrInMomentum;
      const kept = tf.mul(buffer, u.coefficient('momentum', momentum));
      const next = tf.add(kept, inside ? tf.mul(direction, lr) : direction);
      buffer.assign(next);
      u.parameter.assign(tf.sub(start, inside ? next : tf.mul(next, lr)));
    },
  });
}
