import type * as tf from '@tensorflow/tfjs-core';

/** The tensor itself as rank 4, or an error that names who needs it. Images are [batch, height, width, channels] everywhere. */
export function asImages(x: tf.Tensor, who: string): tf.Tensor4D {
  if (!isRank4(x))
    throw new Error(`${who} takes images [batch, height, width, channels], not the shape [${x.shape.join(', ')}]`);
  return x;
}

/** The tensor itself as rank 2, or an error that names who gave it. */
export function asMatrix(x: tf.Tensor, who: string): tf.Tensor2D {
  if (!isRank2(x)) throw new Error(`${who} should give [batch, features], not the shape [${x.shape.join(', ')}]`);
  return x;
}

/** The tensor itself as rank 3, or an error that names who needs it. */
export function asSequence(x: tf.Tensor, who: string): tf.Tensor3D {
  if (!isRank3(x))
    throw new Error(`${who} takes sequences [batch, tokens, features], not the shape [${x.shape.join(', ')}]`);
  return x;
}

const isRank4 = (x: tf.Tensor): x is tf.Tensor4D => x.rank === 4;
const isRank3 = (x: tf.Tensor): x is tf.Tensor3D => x.rank === 3;
const isRank2 = (x: tf.Tensor): x is tf.Tensor2D => x.rank === 2;
