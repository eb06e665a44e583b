import { UserError } from '../../utils/index.js';
import type { Schedule } from './schedule.js';

/**
 * What is to be said before step 0 of a training of `steps` steps: undefined, or that the schedule is over before it.
 * @throws UserError where the learning rate would be 0 from then on, so that nothing more would be learned; or is no number of 0 or more.
 */
export function checkSchedule(schedule: Schedule, steps: number): string | undefined {
  const { ends } = schedule;
  for (const step of [0, Math.floor(steps / 2), Math.max(0, steps - 1)]) {
    const lr = schedule(step);
    if (!(lr >= 0 && Number.isFinite(lr)))
      throw new UserError(`The schedule gives the learning rate ${lr} at step ${step}.`);
  }
  // The value that is kept may be reached one step before the end.
  if (ends === undefined || ends >= steps - 1) return undefined;
  const kept = schedule(steps - 1);
  const told = `The schedule ends at step ${Math.ceil(ends)}, the training at step ${steps}`;
  if (kept === 0)
    throw new UserError(
      `${told}: its last ${steps - Math.ceil(ends)} steps would have the learning rate 0. Make the schedule longer, or give it a floor above 0.`,
    );
  return `${told}: the learning rate stays at ${kept} from then on.`;
}
