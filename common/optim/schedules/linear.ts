import { cycles, type FallOptions } from './cycles.js';
import type { Schedule } from './schedule.js';

/** A straight line from peak to floor over what is left after the warm-up, as torch's LinearLR with end_factor = floor/peak. */
export function linearSchedule(options: FallOptions): Schedule {
  return cycles(options, (u) => 1 - u);
}
