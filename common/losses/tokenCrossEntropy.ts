import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from '../backend/index.js';

export interface TokenCrossEntropyOptions {
  /** Share of the target spread evenly over the vocabulary, in [0, 1) (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number;
}

/**
 * Mean cross-entropy of the tokens that are not padding, as torch.nn.functional.cross_entropy with ignore_index. Unlike `crossEntropy` it never
 * writes the targets out as rows of the vocabulary: memory is read and written a third as often.
 *
 * Legend: N tokens, V vocabulary.
 *
 * @param logits_NV scores, float32 [tokens, vocabulary].
 * @param targets_N the right tokens, int32 [tokens]; valid ids at padding too.
 * @param mask_N float32 [tokens]: 1 at a token, 0 at padding. Without a single token the loss is 0.
 * @returns a scalar.
 */
export function tokenCrossEntropy(
  logits_NV: tf.Tensor2D,
  targets_N: tf.Tensor1D,
  mask_N: tf.Tensor1D,
  { labelSmoothing = 0 }: TokenCrossEntropyOptions = {},
): tf.Scalar {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new Error(`label smoothing must be in [0, 1), not ${labelSmoothing}`);
  const [N, V] = logits_NV.shape;
  if (targets_N.dtype !== 'int32' || targets_N.shape[0] !== N || mask_N.shape[0] !== N)
    throw new Error(
      `targets must be int32 [${N}] and the mask float32 [${N}], not ${targets_N.dtype} [${targets_N.shape.join(', ')}] and [${mask_N.shape.join(', ')}]`,
    );
  const spread = labelSmoothing / V;
  const rows = tf.tensor1d(
    Int32Array.from({ length: N }, (_, n) => n),
    'int32',
  );
  const places_N2 = tf.stack([rows, targets_N], 1);
  const share_N: tf.Tensor1D = tf.div(mask_N, tf.maximum(tf.sum(mask_N), 1));
  const own = 1 - labelSmoothing;
  const loss = tf.customGrad((logits, save) => {
    const log_NV = logSoftmax(logits as tf.Tensor2D);
    // What the gradient needs outlives the forward pass only where it is saved.
    (save as tf.GradSaveFunc)([log_NV, places_N2, share_N]);
    const right_N = tf.mul(tf.gatherND(log_NV, places_N2), own);
    const smoothed_N = spread === 0 ? right_N : tf.add(right_N, tf.mul(tf.sum(log_NV, 1), spread));
    return { value: tf.neg(tf.sum(tf.mul(smoothed_N, share_N))), gradFunc };
  });
  // (p − target)·share: the target is `spread` everywhere but at the right token, whose place is written over.
  function gradFunc(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
    const [log, places, share] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const g_N1 = tf.expandDims(tf.mul(share, dy), 1);
    const change_NV = tf.mul(tf.exp(log), g_N1);
    const all_NV = spread === 0 ? change_NV : tf.sub(change_NV, tf.mul(g_N1, spread));
    const right_N = tf.sub(tf.gatherND(all_NV, places), tf.mul(tf.squeeze(g_N1, [1]), own));
    return tf.tensorScatterUpdate(all_NV, places, right_N);
  }
  return loss(logits_NV) as tf.Scalar;
}
