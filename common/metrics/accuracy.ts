import * as tf from '@tensorflow/tfjs-core';

/** Share of rows whose largest logit is at the label. `logits_BC` float32, `labels_B` int32; a float32 scalar, usable inside `compile`. */
export function accuracy(logits_BC: tf.Tensor2D, labels_B: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const hits_B = tf.equal(tf.cast(tf.argMax(logits_BC, 1), 'int32'), labels_B);
    return tf.mean(tf.cast(hits_B, 'float32')).asScalar();
  });
}
