import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { type Averages, makeAverages } from './averages.js';
import type { Parameters } from './state.js';

export interface EmaOptions {
  /** Share of the old average kept at each update. Default 0.9999. */
  decay?: number;
  /** Let the decay grow with the updates t as 1 − (1 + t)^(−power) up to `decay`, as timm does (2/3 there). Default: no warm-up. */
  warmupPower?: number;
}

/** Exponential moving averages of a model's parameters (and buffers), under the same names. */
export type Ema = Averages;

/**
 * Exponential moving averages (Polyak and Juditsky 1992) as timm's ModelEmaV3: average ← decay·average + (1 − decay)·value.
 *
 * @param variables what is averaged: `model.namedParameters()`, or `model.namedVariables()` where batch norm's statistics should be averaged too.
 */
export function ema(variables: Parameters, { decay = 0.9999, warmupPower }: EmaOptions = {}): Ema {
  if (!(decay >= 0 && decay < 1)) throw new UserError(`the decay of an average must be in [0, 1), not ${decay}.`);
  const share = (t: number) => 1 - (warmupPower === undefined ? decay : Math.min(decay, 1 - (1 + t) ** -warmupPower));
  return makeAverages(variables, share, (average, value, fresh) =>
    tf.add(average, tf.mul(tf.sub(value, average), fresh)),
  );
}
