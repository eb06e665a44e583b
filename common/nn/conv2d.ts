import * as tf from '@tensorflow/tfjs-core';
import { torchDefault, uniform } from './initialisers.js';
import { Layer } from './module.js';
import { parameter } from './parameter.js';
import { asImages } from './shapes.js';

export interface Conv2dOptions {
  stride?: number;
  /** Rows and columns of zeros added on every side. Default 0. */
  padding?: number;
  bias?: boolean;
}

/** Square convolution of x[B, H, W, in] to [B, H', W', out], H' = ⌊(H + 2·padding − kernel)/stride⌋ + 1. `weight` is [out, in, k, k] as in torch. */
export class Conv2d extends Layer {
  weight: tf.Variable<tf.Rank.R4>;
  bias: tf.Variable<tf.Rank.R1> | undefined;
  readonly stride: number;
  readonly padding: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    { stride = 1, padding = 0, bias = true }: Conv2dOptions = {},
  ) {
    super();
    this.stride = stride;
    this.padding = padding;
    this.weight = parameter<tf.Rank.R4>([outChannels, inChannels, kernel, kernel], torchDefault);
    const fanIn = inChannels * kernel * kernel;
    this.bias = bias ? parameter<tf.Rank.R1>([outChannels], uniform(1 / Math.sqrt(fanIn))) : undefined;
  }

  override forward(x: tf.Tensor): tf.Tensor4D {
    // tfjs wants [h, w, in, out]; the engine, which computes in torch's layout, cancels this transpose against its own.
    const filter: tf.Tensor4D = tf.transpose(this.weight, [2, 3, 1, 0]);
    const y: tf.Tensor4D = tf.conv2d(asImages(x, 'Conv2d'), filter, this.stride, this.padding, 'NHWC', 1, 'floor');
    return this.bias ? tf.add(y, this.bias) : y;
  }
}
