import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { type Averages, makeAverages } from './averages.js';
import type { Parameters } from './state.js';

export interface SwaOptions {
  /** The number of updates after which averaging begins: the next one is the first to be taken, until then the averages are the values. Default 0. */
  start?: number;
  /** From then on every so many updates are taken, such as the steps of an epoch. Default 1. */
  every?: number;
}

/**
 * Stochastic weight averaging (Izmailov et al. 2018) as torch.optim.swa_utils.AveragedModel: the mean, with equal weights, of the values
 * at the updates that
 * are taken. Afterwards, with the averages swapped in, batch normalisation needs `updateBatchNorm(model, batches)`.
 *
 * @param variables what is averaged: `model.namedParameters()`; with `namedVariables()` the running statistics are averaged too.
 */
export function swa(variables: Parameters, { start = 0, every = 1 }: SwaOptions = {}): Averages {
  if (!(Number.isInteger(start) && start >= 0)) throw new UserError(`swa: start must be 0 or more, not ${start}.`);
  if (!(Number.isInteger(every) && every > 0)) throw new UserError(`swa: every must be 1 or more, not ${every}.`);
  const share = (t: number): number => {
    const after = t - start - 1;
    if (after < 0) return 1;
    return after % every === 0 ? 1 / (after / every + 1) : 0;
  };
  // Exact at both ends: share 1 gives the value (the first copy), share 0 leaves the average.
  return makeAverages(variables, share, (average, value, fresh) =>
    tf.add(tf.mul(average, tf.sub(1, fresh)), tf.mul(value, fresh)),
  );
}
