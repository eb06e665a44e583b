import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../backend/index.js';

export interface CrossEntropyOptions {
  /** Share of the target spread evenly over all classes, in [0, 1) (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number;
}

/**
 * Mean over the batch of −Σ_c target_c · log softmax(logits)_c, as torch.nn.functional.cross_entropy.
 *
 * @param logits_BC scores, float32 [batch, classes].
 * @param targets class indices, int32 [batch], or probabilities, float32 [batch, classes] (soft targets: mixup, distillation).
 * @returns a scalar.
 */
export function crossEntropy(
  logits_BC: tf.Tensor2D,
  targets: tf.Tensor1D | tf.Tensor2D,
  { labelSmoothing = 0 }: CrossEntropyOptions = {},
): tf.Scalar {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new Error(`label smoothing must be in [0, 1), not ${labelSmoothing}`);
  const [B, C] = logits_BC.shape;
  const spread = labelSmoothing / C;
  let targets_BC: tf.Tensor2D;
  if (isMatrix(targets)) {
    if (targets.shape[0] !== B || targets.shape[1] !== C)
      throw new Error(`soft targets of shape [${targets.shape.join(', ')}] do not fit logits of shape [${B}, ${C}]`);
    targets_BC = labelSmoothing === 0 ? targets : tf.add(tf.mul(targets, 1 - labelSmoothing), spread);
  } else {
    if (targets.dtype !== 'int32' || targets.shape[0] !== B)
      throw new Error(`labels must be int32 [${B}], not ${targets.dtype} [${targets.shape.join(', ')}]`);
    // tfjs types oneHot for labels of any rank.
    targets_BC = tf.oneHot(targets, C, 1 - labelSmoothing + spread, spread, 'float32') as tf.Tensor2D;
  }
  return tf.mean(softmaxCrossEntropy(logits_BC, targets_BC));
}

const isMatrix = (x: tf.Tensor): x is tf.Tensor2D => x.rank === 2;
