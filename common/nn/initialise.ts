import * as tf from '@tensorflow/tfjs-core';
import { generator } from './generator.js';
import type { Module } from './module.js';
import { initialiserOf, markReady } from './parameter.js';

/**
 * Draws the first value of every parameter of a module and returns the module. Each value is a pure function of the seed and the
 * parameter's full name, so it does not depend on the order of construction or on what else the model holds.
 */
export function initialise<M extends Module>(module: M, seed: number): M {
  for (const [name, variable] of module.namedVariables()) {
    const draw = initialiserOf(variable);
    if (!draw) continue;
    tf.tidy(() => variable.assign(tf.tensor(draw(variable.shape, generator(seed, name)), variable.shape)));
    markReady(variable);
  }
  return module;
}
