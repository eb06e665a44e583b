import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../backend/index.js';
import { ones, zeros } from './initialisers.js';
import { Layer } from './module.js';
import { buffer, parameter } from './parameter.js';
import { asImages } from './shapes.js';

/**
 * Batch normalisation over batch, height and width of x[B, H, W, C] (Ioffe and Szegedy 2015) with torch's conventions: training
 * divides by the biased variance, and the running variance, used in inference, follows the unbiased one:
 * running = (1 − momentum)·running + momentum·batch. With momentum null the running values are means over all batches.
 */
export class BatchNorm2d extends Layer {
  weight: tf.Variable<tf.Rank.R1>;
  bias: tf.Variable<tf.Rank.R1>;
  runningMean: tf.Variable<tf.Rank.R1>;
  runningVar: tf.Variable<tf.Rank.R1>;
  numBatchesTracked: tf.Variable<tf.Rank.R0>;
  momentum: number | null;
  readonly eps: number;

  constructor(channels: number, { momentum = 0.1, eps = 1e-5 }: { momentum?: number | null; eps?: number } = {}) {
    super();
    this.momentum = momentum;
    this.eps = eps;
    this.weight = parameter<tf.Rank.R1>([channels], ones);
    this.bias = parameter<tf.Rank.R1>([channels], zeros);
    this.runningMean = buffer<tf.Rank.R1>([channels], 0);
    this.runningVar = buffer<tf.Rank.R1>([channels], 1);
    this.numBatchesTracked = buffer<tf.Rank.R0>([], 0, 'int32');
  }

  override forward(x: tf.Tensor): tf.Tensor4D {
    const images = asImages(x, 'BatchNorm2d');
    if (!this.training)
      return tf.batchNorm<tf.Rank.R4>(images, this.runningMean, this.runningVar, this.bias, this.weight, this.eps);
    const [B, H, W] = images.shape;
    const count = B * H * W;
    if (count < 2) throw new Error('BatchNorm2d needs more than one value a channel in training, not [1, 1, 1, C].');
    const { y, mean, variance } = batchNormTraining(images, this.weight, this.bias, this.eps);
    const { momentum } = this;
    tf.tidy(() => {
      const tracked = tf.add<tf.Scalar>(this.numBatchesTracked, tf.scalar(1, 'int32'));
      const share = momentum ?? tf.div(1, tf.cast(tracked, 'float32'));
      const kept = momentum === null ? tf.sub(1, share) : 1 - momentum;
      const unbiased = momentum === null ? tf.mul(share, count / (count - 1)) : (momentum * count) / (count - 1);
      this.runningMean.assign(tf.add(tf.mul(this.runningMean, kept), tf.mul(mean, share)));
      this.runningVar.assign(tf.add(tf.mul(this.runningVar, kept), tf.mul(variance, unbiased)));
      this.numBatchesTracked.assign(tracked);
    });
    return y;
  }
}
