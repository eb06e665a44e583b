import { UserError } from '../../utils/index.js';
import { checkNumber, ending, type Schedule } from './schedule.js';

export interface WarmUpOptions {
  /** Steps it takes. Default 0: none. */
  warmup?: number;
  /** The learning rate of step 0. Default: one part in `warmup` of the first of the schedule, so that the last step of the warm-up has all of it. */
  warmupFrom?: number;
  /** A straight line, or equal factors from step to step (which needs `warmupFrom` above 0). Default linear. */
  warmupShape?: 'linear' | 'exponential';
  /** The schedule counts from step 0 and is only hidden by the warm-up, as timm does it by default. Default: it begins after it. */
  warmupOverlap?: boolean;
}

/**
 * A warm-up before any schedule (Goyal et al. 2017). With `warmupFrom` = a and the schedule's first learning rate b, the step t of w has
 * a + (b − a)·t/w, or a·(b/a)^(t/w), as timm's warmup_lr; without it b·(t + 1)/w.
 *
 * @param top b, where it is not the schedule's first value.
 */
export function warmUp(
  schedule: Schedule,
  { warmup = 0, warmupFrom, warmupShape = 'linear', warmupOverlap = false }: WarmUpOptions,
  top = schedule(0),
): Schedule {
  checkNumber('the warm-up of a schedule', warmup);
  if (warmupFrom !== undefined) checkNumber('warmupFrom', warmupFrom, 0, warmupShape === 'exponential');
  if (warmupShape === 'exponential' && warmupFrom === undefined)
    throw new UserError('an exponential warm-up needs warmupFrom, the learning rate it begins with.');
  if (warmup === 0) return schedule;
  const late = warmupOverlap ? 0 : warmup;
  const rise = (step: number): number => {
    if (warmupFrom === undefined) return (top * (step + 1)) / warmup;
    if (warmupShape === 'exponential') return warmupFrom * (top / warmupFrom) ** (step / warmup);
    return warmupFrom + (step * (top - warmupFrom)) / warmup;
  };
  const warmed = (step: number) => (step < warmup ? rise(step) : schedule(step - late));
  const whole: Schedule = schedule.ends === undefined ? warmed : ending(warmed, Math.max(warmup, schedule.ends + late));
  const { momentum, feedback } = schedule;
  return Object.assign(whole, momentum && { momentum }, feedback && { feedback });
}

/** Steps that are left of `total` for the schedule itself. @throws UserError where the warm-up is longer. */
export function afterWarmUp(total: number, { warmup = 0, warmupOverlap = false }: WarmUpOptions): number {
  if (!(total >= 0)) throw new UserError(`a schedule's total must be 0 steps or more, not ${total}.`);
  if (!(warmup >= 0 && warmup <= total))
    throw new UserError(`the warm-up of a schedule must be between 0 and its ${total} steps, not ${warmup}.`);
  return warmupOverlap ? total : total - warmup;
}
