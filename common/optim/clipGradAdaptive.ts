import * as tf from '@tensorflow/tfjs-core';
import type { Parameters } from './state.js';

export interface AdaptiveClipOptions {
  /** The largest ratio of a unit's gradient norm to its weights' norm. Default 0.01. */
  factor?: number;
  /** The least norm of weights that counts. Default 1e-3. */
  eps?: number;
  /** Parameters that are left alone; the paper leaves out the last layer. Default: none. */
  except?: (name: string) => boolean;
}

/**
 * Adaptive gradient clipping (Brock et al. 2021) as timm's adaptive_clip_grad: the gradient of each unit, that is of each row of a weight
 * [out, …] and of a
 * whole parameter of one axis, is scaled so that its norm is at most factor·max(‖weights of the unit‖, eps).
 */
export function clipGradAdaptive(
  grads: ReadonlyMap<string, tf.Tensor>,
  parameters: Parameters,
  { factor = 0.01, eps = 1e-3, except = () => false }: AdaptiveClipOptions = {},
): Map<string, tf.Tensor> {
  const clipped = [...grads].map(([name, grad]): [string, tf.Tensor] => {
    const parameter = parameters.get(name);
    if (parameter === undefined)
      throw new Error(`adaptive clipping: a gradient for ${name}, which is not one of the parameters`);
    if (except(name)) return [name, grad];
    const most = tf.mul(tf.maximum(unitNorm(parameter), eps), factor);
    const norm = unitNorm(grad);
    const scaled = tf.mul(grad, tf.div(most, tf.maximum(norm, 1e-6)));
    return [name, tf.where(tf.less(norm, most), grad, scaled)];
  });
  return new Map(clipped);
}

/** The 2-norm over all axes but the first, which stays; over the only axis of a vector. */
function unitNorm(x: tf.Tensor): tf.Tensor {
  const axes = x.rank > 1 ? x.shape.map((_, axis) => axis).slice(1) : undefined;
  return tf.sqrt(tf.sum(tf.square(x), axes, axes !== undefined));
}
