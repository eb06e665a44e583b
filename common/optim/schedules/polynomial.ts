import { type CycleOptions, cycles } from './cycles.js';
import { checkNumber, type Schedule } from './schedule.js';

/**
 * floor + (peak − floor)·(1 − u)^power, u as in `cosineSchedule`: torch's PolynomialLR, timm's PolyLRScheduler (whose power is 0.5). Default
 * power 1.
 */
export function polynomialSchedule({ power = 1, ...options }: CycleOptions & { power?: number }): Schedule {
  checkNumber('the power of a schedule', power, 0, true);
  return cycles(options, (u) => (1 - u) ** power);
}
