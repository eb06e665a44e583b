import * as tf from '@tensorflow/tfjs-core';
import '../../../backend/index.js'; // the engine: without it there is nothing to hold a tensor
import type { MixParameters } from './draw.js';

/**
 * How much of each pixel is the image's own: [B, H, W, 1], λ where images are blended, 0 inside a pasted rectangle and 1 outside it. As an input of
 * a recorded step it changes from batch to batch without a new recording.
 */
export function mixWeights({ lambda, cut, boxes }: MixParameters, height: number, width: number): tf.Tensor4D {
  const values = new Float32Array(lambda.length * height * width);
  for (const [i, own] of lambda.entries()) {
    const [top = 0, bottom = 0, left = 0, right = 0] = boxes.subarray(i * 4, i * 4 + 4);
    const image = values.subarray(i * height * width, (i + 1) * height * width);
    image.fill(cut[i] === 0 ? own : 1);
    for (let y = top; y < bottom; y++) image.fill(0, y * width + left, y * width + right);
  }
  return tf.tensor4d(values, [lambda.length, height, width, 1]);
}

/** The batch [B, H, W, C], each image mixed with its partner (the batch in reverse order) by the weights of `mixWeights`. */
export function mixImages(image_BHWC: tf.Tensor4D, weights_BHW1: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const partner = tf.reverse(image_BHWC, 0);
    return partner.add(image_BHWC.sub(partner).mul(weights_BHW1));
  });
}
