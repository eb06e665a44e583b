import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales all gradients together so that their common 2-norm is at most `max`, as torch.nn.utils.clip_grad_norm_:
 * every gradient times min(1, max / (norm + 1e-6)).
 *
 * @returns the scaled gradients, and the norm before scaling (a scalar, worth logging).
 */
export function clipGradNorm(
  grads: ReadonlyMap<string, tf.Tensor>,
  max: number,
): { grads: Map<string, tf.Tensor>; norm: tf.Scalar } {
  const norm = gradNorm(grads);
  const scale = tf.minimum(tf.div(max, tf.add(norm, 1e-6)), 1);
  return { grads: new Map([...grads].map(([name, grad]) => [name, tf.mul(grad, scale)])), norm };
}

/** The 2-norm of all gradients together. */
export function gradNorm(grads: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy(() => tf.sqrt(tf.addN([...grads.values()].map((grad) => tf.sum<tf.Scalar>(tf.square(grad))))));
}
