import { checkNumber, type Schedule } from './schedule.js';
import { warmUp } from './warmUp.js';

export interface InverseSqrtOptions {
  /** The learning rate at the end of the warm-up. */
  peak: number;
  /** Steps of linear warm-up, 1 or more: the fall is peak·√warmup/√step. */
  warmup: number;
  /** The learning rate of step 0. Default 0. */
  warmupFrom?: number;
}

/** The inverse square root of the step after a linear warm-up: fairseq's inverse_sqrt. */
export function inverseSqrtSchedule({ peak, warmup, warmupFrom = 0 }: InverseSqrtOptions): Schedule {
  checkNumber('the peak of a schedule', peak);
  checkNumber('the warm-up of an inverse square root', warmup, 1);
  const fall = (step: number) => peak * Math.sqrt(warmup / Math.max(step, warmup));
  return warmUp(fall, { warmup, warmupFrom, warmupOverlap: true });
}

export interface NoamOptions {
  /** Features of the model. */
  dim: number;
  /** Steps of warm-up. The paper's is 4000. */
  warmup: number;
  /** Default 1. */
  scale?: number;
}

/** scale·dim^−½·min(t^−½, t·warmup^−3/2), t = step + 1 ("Noam": Vaswani et al. 2017, equation 3). */
export function noamSchedule({ dim, warmup, scale = 1 }: NoamOptions): Schedule {
  checkNumber('dim', dim, 1);
  checkNumber('warmup', warmup, 1);
  checkNumber('scale', scale);
  return (step) => scale * dim ** -0.5 * Math.min((step + 1) ** -0.5, (step + 1) * warmup ** -1.5);
}
