import { UserError } from '../../utils/index.js';
import { checkNumber, ending, type Schedule } from './schedule.js';
import { afterWarmUp, type WarmUpOptions, warmUp } from './warmUp.js';

/** A fall from peak to floor, once or again and again. */
export interface FallOptions extends WarmUpOptions {
  /** The highest learning rate. */
  peak: number;
  /** Optimizer steps of the whole training, the warm-up included. */
  total: number;
  /** The learning rate that is reached at `total` and kept after it. Default 0. */
  floor?: number;
}

export interface CycleOptions extends FallOptions {
  /** Steps of the first cycle (timm's t_initial). Default: all that are left after the warm-up, so that nothing restarts. */
  cycle?: number;
  /** How many times as long as the one before each cycle is. Default 1. */
  cycleMul?: number;
  /** How many times as high as the one before each cycle begins. Default 1. */
  cycleDecay?: number;
  /** Cycles; after them the floor is kept. Default: as many as `total` has room for (1 without `cycle`). */
  cycleLimit?: number;
  /** The power k in u = tᵏ/Tᵏ (Zhang and Li 2020): above 1 the learning rate stays high for longer. Default 1. */
  kDecay?: number;
}

/** A fall of the given shape, from 1 at u = 0 to 0 at u = 1, with timm's restarts. */
export function cycles(options: CycleOptions, shape: (u: number) => number): Schedule {
  const { peak, total, floor = 0, cycleMul = 1, cycleDecay = 1, kDecay: k = 1 } = options;
  if (!(peak >= 0 && floor >= 0))
    throw new UserError(`a schedule needs a peak and a floor of 0 or more, not ${peak} and ${floor}.`);
  const left = afterWarmUp(total, options);
  const cycle = options.cycle ?? left;
  const cycleLimit = options.cycleLimit ?? (options.cycle === undefined ? 1 : Number.POSITIVE_INFINITY);
  if (options.cycle !== undefined) checkNumber('the cycle of a schedule', cycle, 0, true);
  checkNumber('cycleMul', cycleMul, 0, true);
  checkNumber('cycleDecay', cycleDecay, 0, true);
  checkNumber('cycleLimit', cycleLimit, 1);
  checkNumber('kDecay', k, 0, true);

  const length = (i: number) => cycle * cycleMul ** i;
  const start = (i: number) => (cycleMul === 1 ? cycle * i : (cycle * (1 - cycleMul ** i)) / (1 - cycleMul));
  const fall = (step: number): number => {
    if (step >= left) return floor;
    let i = cycleMul === 1 ? Math.floor(step / cycle) : 0;
    while (cycleMul !== 1 && i < cycleLimit && start(i + 1) <= step) i++;
    if (i >= cycleLimit) return floor;
    const top = peak * cycleDecay ** i;
    return floor + (top - floor) * shape((step - start(i)) ** k / length(i) ** k);
  };
  return warmUp(ending(fall, Math.min(left, start(cycleLimit))), options, peak);
}
