import * as tf from '@tensorflow/tfjs-core';
import { normal } from './initialisers.js';
import { Layer } from './module.js';
import { parameter } from './parameter.js';

/** Rows of a table: ids (int32, any shape) to [...shape, features]. `weight` is [count, features] and starts as N(0, 1), as in torch. */
export class Embedding extends Layer {
  weight: tf.Variable<tf.Rank.R2>;

  constructor(count: number, features: number) {
    super();
    this.weight = parameter<tf.Rank.R2>([count, features], normal());
  }

  override forward(ids: tf.Tensor): tf.Tensor {
    return tf.gather<tf.Tensor>(this.weight, ids);
  }
}
