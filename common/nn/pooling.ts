import * as tf from '@tensorflow/tfjs-core';
import { Layer } from './module.js';
import { asImages } from './shapes.js';

/** The maximum of each window of x[B, H, W, C]; the stride is the window where none is given, as in torch. */
export class MaxPool2d extends Layer {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  constructor(kernel: number, { stride = kernel, padding = 0 } = {}) {
    super();
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  override forward(x: tf.Tensor): tf.Tensor4D {
    return tf.maxPool(asImages(x, 'MaxPool2d'), this.kernel, this.stride, this.padding, 'floor');
  }
}

/** The mean over height and width: [B, H, W, C] to [B, 1, 1, C] (torch's AdaptiveAvgPool2d(1)). */
export class GlobalAvgPool2d extends Layer {
  override forward(x: tf.Tensor): tf.Tensor {
    return tf.mean(asImages(x, 'GlobalAvgPool2d'), [1, 2], true);
  }
}
