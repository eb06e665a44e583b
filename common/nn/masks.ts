// Masks are added to the scores of attention: 0 where a token may look, −∞ where it may not.
// Legend: B batch, T tokens that ask, S tokens that are looked at.
import * as tf from '@tensorflow/tfjs-core';

/** 0 where token t may look at token s ≤ t, −∞ elsewhere: [T, T]. */
export function causalMask(tokens: number): tf.Tensor2D {
  const values = new Float32Array(tokens * tokens);
  for (let t = 0; t < tokens; t++) values.fill(Number.NEGATIVE_INFINITY, t * tokens + t + 1, (t + 1) * tokens);
  return tf.tensor2d(values, [tokens, tokens]);
}

/**
 * The mask [B, 1, 1, S] that hides padding.
 *
 * @param padding_BS bool, true where a token is padding (torch's key_padding_mask). A sequence of padding alone gives NaN, as in torch.
 */
export function paddingMask(padding_BS: tf.Tensor2D): tf.Tensor4D {
  if (padding_BS.dtype !== 'bool')
    throw new Error(`a padding mask is bool, true where a token is padding, not ${padding_BS.dtype}`);
  const [B, S] = padding_BS.shape;
  return tf.reshape(tf.where(padding_BS, tf.scalar(Number.NEGATIVE_INFINITY), tf.scalar(0)), [B, 1, 1, S]);
}

/** The sum of masks, of which any may be absent. */
export function combineMasks(...masks: readonly (tf.Tensor | undefined)[]): tf.Tensor | undefined {
  const given = masks.filter((mask) => mask !== undefined);
  return given.length === 0 ? undefined : given.reduce((sum, mask) => tf.add(sum, mask));
}
