import type * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from '../backend/index.js';
import { ones, zeros } from './initialisers.js';
import { Layer } from './module.js';
import { parameter } from './parameter.js';

/** Layer normalisation over the last axis (Ba et al. 2016): (x − mean)/√(var + eps)·weight + bias, biased variance. */
export class LayerNorm extends Layer {
  weight: tf.Variable<tf.Rank.R1>;
  bias: tf.Variable<tf.Rank.R1>;
  readonly eps: number;

  constructor(features: number, { eps = 1e-5 } = {}) {
    super();
    this.eps = eps;
    this.weight = parameter<tf.Rank.R1>([features], ones);
    this.bias = parameter<tf.Rank.R1>([features], zeros);
  }

  override forward<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.weight, this.bias, this.eps);
  }
}
