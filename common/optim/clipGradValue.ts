import * as tf from '@tensorflow/tfjs-core';

/** Every element of every gradient between −max and max, as torch.nn.utils.clip_grad_value_. */
export function clipGradValue(grads: ReadonlyMap<string, tf.Tensor>, max: number): Map<string, tf.Tensor> {
  return new Map([...grads].map(([name, grad]) => [name, tf.clipByValue(grad, -max, max)]));
}
