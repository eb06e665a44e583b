import { UserError } from '../../utils/index.js';
import { checkNumber, type Schedule } from './schedule.js';
import { type WarmUpOptions, warmUp } from './warmUp.js';

export interface MultiStepOptions extends WarmUpOptions {
  peak: number;
  /** The steps at which it falls, rising, counted from the start of the training. */
  at: readonly number[];
  /** What the learning rate is multiplied with each time. Default 0.1. */
  factor?: number;
}

/** peak·factor^(how many of `at` are reached): torch's MultiStepLR. A warm-up hides the beginning and delays nothing. */
export function multiStepSchedule({ peak, at, factor = 0.1, ...warmup }: MultiStepOptions): Schedule {
  checkNumber('the peak of a schedule', peak);
  checkNumber('factor', factor);
  if (at.some((step, i) => !(step > (at[i - 1] ?? 0))))
    throw new UserError(`at must be steps above 0 that rise, not [${at.join(', ')}].`);
  const schedule = (step: number) => peak * factor ** at.filter((place) => place <= step).length;
  return warmUp(schedule, { warmupOverlap: true, ...warmup });
}
