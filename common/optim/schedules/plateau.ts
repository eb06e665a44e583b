import { UserError } from '../../utils/index.js';
import { checkNumber, type Feedback, type Schedule } from './schedule.js';
import { type WarmUpOptions, warmUp } from './warmUp.js';

export interface PlateauOptions extends WarmUpOptions {
  peak: number;
  /** Whether a lower or a higher metric is better. Default min. */
  mode?: 'min' | 'max';
  /** What the learning rate is multiplied with. Default 0.1. */
  factor?: number;
  /** Checks without progress that are put up with; the one after them lowers the learning rate. Default 10. */
  patience?: number;
  /** How much better counts as progress, as a part of the best (`rel`) or as such (`abs`). Default 1e-4, rel. */
  threshold?: number;
  thresholdMode?: 'rel' | 'abs';
  /** Checks after a reduction in which nothing is counted. Default 0. */
  cooldown?: number;
  /** Never below. Default 0. */
  floor?: number;
  /** Reductions by no more than this are not done. Default 1e-8. */
  eps?: number;
}

/** A schedule that is told a metric after each check. */
export type PlateauSchedule = Schedule & { readonly feedback: Feedback };

/**
 * Lowers the learning rate where a metric stops to improve, as torch.optim.lr_scheduler.ReduceLROnPlateau; a NaN counts as no progress.
 * Not a function of the step alone: after each evaluation call `schedule.feedback.observe(metric)`, and keep
 * `schedule.feedback.state()` in the checkpoint.
 */
export function plateauSchedule(options: PlateauOptions): PlateauSchedule {
  const { peak, mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = options;
  const { cooldown = 0, floor = 0, eps = 1e-8 } = options;
  checkNumber('the peak of a schedule', peak);
  if (!(factor > 0 && factor < 1)) throw new UserError(`factor must be between 0 and 1, not ${factor}.`);
  for (const [key, value] of Object.entries({ patience, threshold, cooldown, floor, eps })) checkNumber(key, value);
  const worst = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let [lr, best, bad, cooling, checks] = [peak, worst, 0, 0, 0];

  const better = (value: number): boolean => {
    const sign = mode === 'min' ? -1 : 1;
    if (best === worst) return sign * value > sign * worst;
    return sign * value > sign * (thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold);
  };
  const feedback: Feedback = {
    observe(metric) {
      checks++;
      if (better(metric)) {
        best = metric;
        bad = 0;
      } else bad++;
      if (cooling > 0) {
        cooling--;
        bad = 0;
      }
      if (bad <= patience) return;
      const next = Math.max(lr * factor, floor);
      if (lr - next > eps) lr = next;
      cooling = cooldown;
      bad = 0;
    },
    // JSON has no infinity.
    state: () => ({ lr, best: best === worst ? null : best, bad, cooling, checks }),
    load(state) {
      const number = (key: string): number => {
        const value = state[key];
        if (typeof value === 'number' && Number.isFinite(value)) return value;
        throw new UserError(`The state of the plateau schedule does not fit: ${key} is ${value}.`);
      };
      const loaded = [
        number('lr'),
        state.best === null ? worst : number('best'),
        number('bad'),
        number('cooling'),
        number('checks'),
      ] as const;
      [lr, best, bad, cooling, checks] = loaded;
    },
  };
  // The warm-up rises to the peak whatever has been observed by then.
  const warmed = warmUp(() => lr, options, peak);
  return Object.assign((step: number) => warmed(step), { feedback });
}
