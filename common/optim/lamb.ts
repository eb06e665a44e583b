import * as tf from '@tensorflow/tfjs-core';
import { gradNorm } from './clipGradNorm.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { beta, checkBetas, checkRange, decayed, follow, norm } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface LambOptions extends OptimizerOptions {
  /** Default [0.9, 0.999]. */
  betas?: readonly [Coefficient, number];
  /** Default 1e-6. */
  eps?: number;
  /** Largest norm of all gradients together; null: no limit. Default 1. */
  maxGradNorm?: number | null;
  /** Trust ratios of 1 at most (LAMBC). Default false. */
  trustClip?: boolean;
  /** Trust ratios for parameters without weight decay too. Default false. */
  alwaysAdapt?: boolean;
  /** Decay as AdamW does instead of within the trust ratio. Default false. */
  decoupled?: boolean;
}

/**
 * LAMB (You et al. 2020) as timm's Lamb (NvLamb): Adam's step times the ratio of the parameter's norm to the step's. Weight decay 0.01 by
 * default. State: `exp_avg`, `exp_avg_sq`.
 */
export function lamb(
  parameters: Parameters,
  {
    betas = [0.9, 0.999],
    eps = 1e-6,
    maxGradNorm = 1,
    trustClip = false,
    alwaysAdapt = false,
    decoupled = false,
    weightDecay = 0.01,
    ...options
  }: LambOptions,
): Optimizer {
  checkBetas('lamb', betas);
  checkRange('lamb: eps', eps, 0);
  if (maxGradNorm !== null) checkRange('lamb: maxGradNorm', maxGradNorm, Number.MIN_VALUE);
  const [beta1, beta2] = betas;
  return makeOptimizer(
    'lamb',
    parameters,
    { weightDecay, ...options },
    {
      slots: ['exp_avg', 'exp_avg_sq'],
      momentum: beta1,
      prepare(grads) {
        if (maxGradNorm === null) return grads;
        const factor = tf.maximum(tf.div(gradNorm(grads), maxGradNorm), 1);
        return new Map([...grads].map(([name, grad]) => [name, tf.div(grad, factor)]));
      },
      update(u) {
        const { parameter, grad, weightDecay: decay, state, rate, shared } = u;
        const average = follow(state('exp_avg'), grad, beta(u, 'beta1', beta1));
        const square = follow(state('exp_avg_sq'), tf.square(grad), beta(u, 'beta2', beta2));
        const root = (t: number) => Math.sqrt(1 - beta2 ** t);
        const floor = shared('eps', (_, t) => eps * root(t));
        const correction = shared('correction', (_, t) => root(t) / (1 - u.now(beta1) ** t));
        let step: tf.Tensor = tf.mul(tf.div(average, tf.add(tf.sqrt(square), floor)), correction);
        const start = decoupled ? decayed(u) : parameter;
        if (decay > 0 && !decoupled) step = tf.add(step, tf.mul(parameter, decay));
        if (decay > 0 || alwaysAdapt) {
          const ratio = trustRatio(norm(start), norm(step));
          step = tf.mul(step, trustClip ? tf.minimum(ratio, 1) : ratio);
        }
        parameter.assign(
          tf.sub(
            start,
            tf.mul(
              step,
              rate('lr', (lr) => lr),
            ),
          ),
        );
      },
    },
  );
}

/** w/g, and 1 where one of them is 0. */
function trustRatio(w: tf.Scalar, g: tf.Scalar): tf.Tensor {
  const both = tf.logicalAnd(tf.greater(w, 0), tf.greater(g, 0));
  return tf.where(both, tf.div(w, tf.where(both, g, tf.onesLike(g))), tf.onesLike(g));
}
