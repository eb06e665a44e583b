import { UserError } from '../utils/index.js';

/** The learning rate of a step, from the number of optimizer steps done before it: a pure function, so resuming needs only the number. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  /** The highest learning rate. */
  peak: number;
  /** Optimizer steps of the whole training. */
  total: number;
  /** Steps of linear warm-up at the start: the first has peak/warmup, the last of them peak. Default 0. */
  warmup?: number;
  /** The learning rate that is reached at `total` and kept after it. Default 0. */
  floor?: number;
}

/** After the warm-up: floor + ½·(peak − floor)·(1 + cos(π·u)), u from 0 to 1 over what is left (Loshchilov and Hutter 2017, without restarts). */
export function cosineSchedule(options: ScheduleOptions): Schedule {
  return warmed(options, (u) => (1 + Math.cos(Math.PI * u)) / 2);
}

/** After the warm-up: a straight line from peak to floor. */
export function linearSchedule(options: ScheduleOptions): Schedule {
  return warmed(options, (u) => 1 - u);
}

/** The same learning rate always, after an optional linear warm-up. */
export function constantSchedule({ peak, warmup = 0 }: { peak: number; warmup?: number }): Schedule {
  return warmed({ peak, warmup, total: Number.POSITIVE_INFINITY }, () => 1);
}

function warmed({ peak, total, warmup = 0, floor = 0 }: ScheduleOptions, shape: (u: number) => number): Schedule {
  if (!(peak >= 0 && floor >= 0))
    throw new UserError(`a schedule needs a peak and a floor of 0 or more, not ${peak} and ${floor}.`);
  if (!(warmup >= 0 && warmup <= total))
    throw new UserError(`the warm-up of a schedule must be between 0 and its ${total} steps, not ${warmup}.`);
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    if (step >= total) return floor;
    return floor + (peak - floor) * shape((step - warmup) / (total - warmup));
  };
}
