import { UserError } from '../../utils/index.js';
import { checkNumber, ending, type Schedule } from './schedule.js';

/** A schedule and how many steps it is followed for; the last may go on for ever. */
export interface Part {
  schedule: Schedule;
  steps?: number;
}

/** Schedules one after the other, each counting from its own 0: torch's SequentialLR. */
export function sequentialSchedule(parts: readonly Part[]): Schedule {
  const final = parts.at(-1);
  if (final === undefined) throw new UserError('a sequential schedule needs one part at least.');
  parts.forEach(({ steps, schedule }, i) => {
    if (steps !== undefined) checkNumber(`the steps of part ${i}`, steps, 0, true);
    else if (i < parts.length - 1) throw new UserError(`part ${i} of a sequential schedule needs its number of steps.`);
    if (schedule.feedback || schedule.momentum)
      throw new UserError(`part ${i}: plateau and one-cycle with momentum cannot be parts of a sequential schedule.`);
  });
  let before = 0;
  const placed = parts.map(({ schedule, steps = Number.POSITIVE_INFINITY }) => {
    const start = before;
    before += steps;
    return { schedule, start, end: before };
  });
  const last = placed.at(-1);
  const schedule = (step: number) => {
    const part = placed.find(({ end }) => step < end);
    // After a last part that has a length its last value is kept.
    if (part) return part.schedule(step - part.start);
    return final.schedule((final.steps ?? 1) - 1);
  };
  const ends = Math.min(before - 1, (last?.start ?? 0) + (final.schedule.ends ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(ends) ? ending(schedule, ends) : schedule;
}
