import * as tf from '@tensorflow/tfjs-core';
import { random } from '../backend/index.js';
import { Layer } from './module.js';

/** In training sets each element to zero with probability p and divides the rest by 1 − p (Srivastava et al. 2014). */
export class Dropout extends Layer {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    this.p = checkedRate(p, 'dropout');
  }

  override forward<T extends tf.Tensor>(x: T): T {
    return this.training ? drop(x, this.p, x.shape) : x;
  }
}

/**
 * Stochastic depth (Huang et al. 2016): in training drops the whole sample from this branch with probability p and, as timm does,
 * divides what is kept by 1 − p.
 */
export class DropPath extends Layer {
  readonly p: number;

  constructor(p = 0) {
    super();
    this.p = checkedRate(p, 'drop path');
  }

  override forward<T extends tf.Tensor>(x: T): T {
    return this.training ? drop(x, this.p, [x.shape[0] ?? 1, ...x.shape.slice(1).map(() => 1)]) : x;
  }
}

/** x · mask / keep, with a mask of the given shape (broadcast against x). The mask comes from the engine's counted random numbers. */
function drop<T extends tf.Tensor>(x: T, p: number, shape: number[]): T {
  if (p === 0) return x;
  const keep = 1 - p;
  const kept = tf.cast(tf.less(random.uniform(shape), keep), 'float32');
  return tf.mul(x, tf.mul(kept, 1 / keep));
}

function checkedRate(p: number, what: string): number {
  if (!(p >= 0 && p < 1)) throw new Error(`the rate of ${what} must be in [0, 1), not ${p}`);
  return p;
}
