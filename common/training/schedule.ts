// What a run checks and tells about its schedule and its monitored metric.
import { checkSchedule } from '../optim/schedules/check.js';
import type { Feedback } from '../optim/schedules/schedule.js';
import { didYouMean, UserError } from '../utils/index.js';
import { epochLength } from './limits.js';
import type { RunSetup } from './parts.js';
import type { Run } from './run.js';
import type { Row } from './state.js';

/** @throws UserError where the monitored metric is none of those logged. What is meant over the steps (`train_…`) is known only after one. */
export function checkMonitor(metric: string, logged: Row | readonly string[]): void {
  const names = Array.isArray(logged) ? logged : Object.keys(logged);
  const known = !Array.isArray(logged) && 'step' in logged;
  if (names.includes(metric) || (!known && metric.startsWith('train_'))) return;
  throw new UserError(
    `The monitored metric "${metric}" is logged by nobody; logged are ${names.join(', ') || 'none'}.${didYouMean(metric, names)}`,
  );
}

export function feedbackOf({ schedule }: Pick<RunSetup, 'schedule'>): Feedback | undefined {
  return typeof schedule === 'function' ? schedule.feedback : undefined;
}

/** Optimizer steps of the whole run. */
export function totalSteps({ epochsTotal, stepsPerEpoch, limits }: Run): number {
  const perEpoch = Math.ceil(epochLength(stepsPerEpoch, limits) / limits.accumulate);
  return Math.min(epochsTotal * perEpoch, limits.maxSteps ?? Number.POSITIVE_INFINITY);
}

/**
 * Says before the first step that the schedule ends before the run, or the run long before it.
 * @throws UserError where the rest of the run would train nothing.
 */
export function checkLength(run: Run): void {
  const { schedule } = run.setup;
  const total = totalSteps(run);
  if (typeof schedule !== 'function' || !Number.isFinite(total)) return;
  const told = checkSchedule(schedule, total);
  if (told !== undefined) run.log(told, 'warn');
  const { ends } = schedule;
  if (ends !== undefined && ends > total && run.limits.fastDevRun === 0)
    run.log(`The run ends at step ${total}, before its schedule does (step ${Math.ceil(ends)}).`);
}
