import * as tf from '@tensorflow/tfjs-core';
import { Layer } from './module.js';

/** [B, ...] to [B, features]. Images are put into torch's order (channels, height, width) first, so that the next layer's weights mean the same. */
export class Flatten extends Layer {
  override forward(x: tf.Tensor): tf.Tensor2D {
    const [B = 1, H = 1, W = 1, C = 1] = x.shape;
    const reorder = x.rank === 4 && C > 1 && H * W > 1;
    const features = x.shape.slice(1).reduce((product, side) => product * side, 1);
    return tf.reshape(reorder ? tf.transpose(x, [0, 3, 1, 2]) : x, [B, features]);
  }
}
