import { UserError } from '../../utils/index.js';
import { checkNumber, ending, type Schedule } from './schedule.js';

export interface OneCycleOptions {
  /** The highest learning rate. */
  peak: number;
  /** Optimizer steps of the whole training. */
  total: number;
  /** Whose defaults and whose count of places: torch reaches the last value at step total − 1, fastai would at `total`. Default torch. */
  style?: 'torch' | 'fastai';
  /** Part of the steps in which it rises. Default 0.3 (fastai 0.25). */
  rise?: number;
  /** A half cosine or a straight line from each value to the next. Default cosine. */
  shape?: 'cosine' | 'linear';
  /** It begins at peak/div. Default 25. */
  div?: number;
  /** It ends at peak/finalDiv. Default 250 000 (torch: 25·1e4), fastai 1e5. */
  finalDiv?: number;
  /** Rise, as long a fall to peak/div, then the rest down to the end (Smith and Topin 2018), torch only. Default false. */
  threePhase?: boolean;
  /** Highest and lowest momentum, which moves against the learning rate; null: leave it. Default [0.95, 0.85]. */
  momentum?: readonly [max: number, min: number] | null;
}

type Phase = readonly [end: number, from: number, to: number];

/**
 * One cycle (Smith and Topin 2018): up from peak/div, down to peak/finalDiv, the momentum the other way round. As torch's OneCycleLR, whose
 * final_div_factor is finalDiv/div, or as fastai's fit_one_cycle.
 */
export function oneCycleSchedule(options: OneCycleOptions): Schedule {
  const {
    peak,
    total,
    style = 'torch',
    shape = 'cosine',
    div = 25,
    threePhase = false,
    momentum = [0.95, 0.85],
  } = options;
  const { rise = style === 'torch' ? 0.3 : 0.25, finalDiv = style === 'torch' ? 25e4 : 1e5 } = options;
  checkNumber('the peak of a schedule', peak);
  checkNumber('the total of a one-cycle schedule', total, 1, true);
  checkNumber('div', div, 0, true);
  checkNumber('finalDiv', finalDiv, 0, true);
  if (!(rise > 0 && rise < 1)) throw new UserError(`rise must be between 0 and 1, not ${rise}.`);
  if (threePhase && (style === 'fastai' || rise >= 0.5))
    throw new UserError("threePhase needs torch's style and a rise below 0.5.");

  const [low, end] = [peak / div, peak / finalDiv];
  const last = style === 'torch' ? total - 1 : total;
  const top = style === 'torch' ? rise * total - 1 : rise * total;
  if (top <= 0) throw new UserError(`one-cycle: ${rise} of ${total} steps are not enough to rise in.`);
  const phases = (low: number, high: number, end: number): Phase[] =>
    threePhase
      ? [
          [top, low, high],
          [2 * top, high, low],
          [last, low, end],
        ]
      : [
          [top, low, high],
          [last, high, end],
        ];
  const between = shape === 'cosine' ? cosine : (from: number, to: number, u: number) => from + (to - from) * u;
  const follow = (list: readonly Phase[]) => (step: number) => {
    const at = Math.min(step, last);
    let start = 0;
    for (const [place, from, to] of list) {
      if (at <= place || place === last) return between(from, to, (at - start) / (place - start));
      start = place;
    }
    return Number.NaN;
  };
  const schedule = ending(follow(phases(low, peak, end)), last);
  if (momentum === null) return schedule;
  const [most, least] = momentum;
  if (!(least >= 0 && most >= least && most < 1))
    throw new UserError(`momentum must be [highest, lowest] in [0, 1), not [${most}, ${least}].`);
  return Object.assign(schedule, { momentum: ending(follow(phases(most, least, most)), last) });
}

const cosine = (from: number, to: number, u: number): number => to + ((from - to) / 2) * (Math.cos(Math.PI * u) + 1);
