import * as tf from '@tensorflow/tfjs-core';
import { torchDefault, uniform } from './initialisers.js';
import { Layer } from './module.js';
import { parameter } from './parameter.js';

/** y = x·Wᵀ + b over the last axis, of any leading axes. `weight` is [out, in] as in torch. */
export class Linear extends Layer {
  weight: tf.Variable<tf.Rank.R2>;
  bias: tf.Variable<tf.Rank.R1> | undefined;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, { bias = true } = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = parameter<tf.Rank.R2>([outFeatures, inFeatures], torchDefault);
    this.bias = bias ? parameter<tf.Rank.R1>([outFeatures], uniform(1 / Math.sqrt(inFeatures))) : undefined;
  }

  override forward(x: tf.Tensor): tf.Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** x[..., in] · weight[out, in]ᵀ + bias[out]: one matrix product of all rows, whatever the leading axes. */
export function linear(x: tf.Tensor, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const [out, into] = weight.shape;
  if (x.shape.at(-1) !== into)
    throw new Error(`a linear layer of ${into} features was given the shape [${x.shape.join(', ')}]`);
  const rows: tf.Tensor2D = tf.reshape(x, [-1, into]);
  const product = tf.matMul(rows, weight, false, true);
  const y = bias ? tf.add(product, bias) : product;
  return tf.reshape(y, [...x.shape.slice(0, -1), out]);
}
