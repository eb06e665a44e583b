import { checkNumber, type Schedule } from './schedule.js';
import { type WarmUpOptions, warmUp } from './warmUp.js';

export interface StepOptions extends WarmUpOptions {
  peak: number;
  /** Steps from fall to fall. */
  every: number;
  /** What the learning rate is multiplied with each time. Default 0.1. */
  factor?: number;
}

/** peak·factor^⌊step/every⌋, counted from the end of the warm-up: torch's StepLR. */
export function stepSchedule({ peak, every, factor = 0.1, ...warmup }: StepOptions): Schedule {
  checkNumber('the peak of a schedule', peak);
  checkNumber('every', every, 0, true);
  checkNumber('factor', factor);
  return warmUp((step) => peak * factor ** Math.floor(step / every), warmup);
}
