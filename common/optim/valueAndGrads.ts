import * as tf from '@tensorflow/tfjs-core';
import type { Parameters } from './state.js';

type Aux = Record<string, tf.Tensor>;
export type ValueAndGrads<A> = { loss: tf.Scalar; aux: A; grads: Map<string, tf.Tensor> };

/**
 * Runs `fn` and differentiates the loss it gives with respect to every parameter.
 *
 * @param fn gives the loss, or an object with the scalar `loss` and other tensors (logits, accuracy) that come back as `aux`.
 * @param parameters by name, such as `model.namedParameters()`.
 * @returns the loss, the other tensors, and a gradient for each parameter.
 * @throws where the loss does not depend on a parameter.
 */
export function valueAndGrads<T extends tf.Scalar | ({ loss: tf.Scalar } & Aux)>(
  fn: () => T,
  parameters: Parameters,
): ValueAndGrads<T extends tf.Scalar ? Record<string, never> : Omit<T, 'loss'>>;
export function valueAndGrads(
  fn: () => tf.Scalar | ({ loss: tf.Scalar } & Aux),
  parameters: Parameters,
): ValueAndGrads<Aux> {
  const names = new Map([...parameters].map(([name, variable]) => [variable.name, name]));
  const kept: Aux = {};
  const { value, grads } = tf.variableGrads(() => {
    const out = fn();
    if (out instanceof tf.Tensor) return out;
    const { loss, ...aux } = out;
    // tfjs frees whatever the differentiated function makes and does not return: keep what the caller wants to see.
    for (const [key, tensor] of Object.entries(aux)) kept[key] = tf.keep(tf.clone(tensor));
    return loss;
  }, [...parameters.values()]);
  const found = new Map<string, tf.Tensor>();
  for (const [id, name] of names) {
    const grad = grads[id];
    if (!grad) throw new Error(`the loss does not depend on the parameter ${name}`);
    found.set(name, grad);
  }
  const aux: Aux = {};
  for (const [key, tensor] of Object.entries(kept)) {
    // Back into the scope of the caller, whose tidy frees it.
    aux[key] = tf.clone(tensor);
    tensor.dispose();
  }
  return { loss: value, aux, grads: found };
}
