import * as tf from '@tensorflow/tfjs-core';
import { gelu } from '../backend/index.js';
import { Layer } from './module.js';

/** max(x, 0). */
export class ReLU extends Layer {
  override forward<T extends tf.Tensor>(x: T): T {
    return tf.relu(x);
  }
}

/** x·Φ(x), exact (erf), as torch's default (Hendrycks and Gimpel 2016). */
export class GELU extends Layer {
  override forward<T extends tf.Tensor>(x: T): T {
    return gelu(x);
  }
}
