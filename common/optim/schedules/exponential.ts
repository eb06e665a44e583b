import { checkNumber, type Schedule } from './schedule.js';
import { type WarmUpOptions, warmUp } from './warmUp.js';

export interface ExponentialOptions extends WarmUpOptions {
  peak: number;
  /** What the learning rate is multiplied with over `every` steps. */
  factor: number;
  /** Default 1. */
  every?: number;
  /** Never below. Default 0. */
  floor?: number;
}

/** peak·factor^(step/every), smoothly, counted from the end of the warm-up: torch's ExponentialLR with `every` 1. */
export function exponentialSchedule({ peak, factor, every = 1, floor = 0, ...warmup }: ExponentialOptions): Schedule {
  checkNumber('the peak of a schedule', peak);
  checkNumber('factor', factor, 0, true);
  checkNumber('every', every, 0, true);
  checkNumber('the floor of a schedule', floor);
  return warmUp((step) => Math.max(floor, peak * factor ** (step / every)), warmup);
}
