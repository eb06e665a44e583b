import * as tf from '@tensorflow/tfjs-core';
import type { Initialiser } from './initialisers.js';

// Which initialiser a parameter wants, and which still wait for it: kept outside the modules so that their properties stay plain variables.
const initialisers = new WeakMap<tf.Variable, Initialiser>();
const pending = new WeakSet<tf.Variable>();

/** A trainable variable in torch's layout. It holds zeros until `initialise()` draws its value (the draw depends on its full name). */
export function parameter<R extends tf.Rank>(shape: tf.ShapeMap[R], initialiser: Initialiser): tf.Variable<R> {
  const variable = tf.tidy(() => tf.variable<R>(tf.zeros<R>(shape), true));
  initialisers.set(variable, initialiser);
  pending.add(variable);
  return variable;
}

/** A variable that is saved with the model but not trained, filled with one number. */
export function buffer<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  value: number,
  dtype: 'float32' | 'int32' = 'float32',
): tf.Variable<R> {
  return tf.tidy(() => tf.variable<R>(tf.fill<R>(shape, value, dtype), false));
}

/** Replaces the initialiser of a parameter: for models that start a layer otherwise than its own default. */
export function setInitialiser(variable: tf.Variable, initialiser: Initialiser): void {
  initialisers.set(variable, initialiser);
}

export function initialiserOf(variable: tf.Variable): Initialiser | undefined {
  return initialisers.get(variable);
}

export function isPending(variable: tf.Variable): boolean {
  return pending.has(variable);
}

export function markReady(variable: tf.Variable): void {
  pending.delete(variable);
}
