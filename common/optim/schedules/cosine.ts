import { type CycleOptions, cycles } from './cycles.js';
import type { Schedule } from './schedule.js';

/**
 * floor + ½·(peak − floor)·(1 + cos(π·u)), u from 0 to 1 over what is left after the warm-up, or over each `cycle` (SGDR: Loshchilov and
 * Hutter 2017), as timm's CosineLRScheduler.
 */
export function cosineSchedule(options: CycleOptions): Schedule {
  return cycles(options, (u) => (1 + Math.cos(Math.PI * u)) / 2);
}
