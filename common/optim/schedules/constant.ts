import { checkNumber, type Schedule } from './schedule.js';
import { type WarmUpOptions, warmUp } from './warmUp.js';

/** The same learning rate always, after an optional warm-up. */
export function constantSchedule({ peak, ...warmup }: { peak: number } & WarmUpOptions): Schedule {
  checkNumber('the peak of a schedule', peak);
  return warmUp(() => peak, warmup);
}
