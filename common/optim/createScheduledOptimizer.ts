import { createOptimizer } from './createOptimizer.js';
import type { Optimizer } from './optimizer.js';
import type { OptimizerSpec } from './optimizerSchemas.js';
import { createSchedule } from './schedules/createSchedule.js';
import type { Schedule } from './schedules/schedule.js';
import type { ScheduleSpecInput } from './schedules/schemas.js';
import type { Parameters } from './state.js';

/** The keys of a run's config that say how it trains. */
export interface TrainingPlan {
  /** With its learning rate, which the schedule starts from. */
  optimizer: OptimizerSpec;
  schedule: ScheduleSpecInput;
  epochs: number;
  /** Batches that make one step, and steps that a run has at most. */
  limits: { accumulate: number; maxSteps: number | null };
}

/** The schedule over a run's steps, and the optimizer that follows it. @throws UserError as `createSchedule` and `createOptimizer` do. */
export function createScheduledOptimizer(
  { optimizer, schedule: spec, epochs, limits }: TrainingPlan,
  parameters: Parameters,
  batchesPerEpoch: number,
): { optimizer: Optimizer; schedule: Schedule } {
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / limits.accumulate);
  const length = limits.maxSteps === null ? epochs : Math.min(epochs, limits.maxSteps / stepsPerEpoch);
  const schedule = createSchedule(spec, { lr: optimizer.lr, stepsPerEpoch, epochs: length });
  return { schedule, optimizer: createOptimizer({ ...optimizer, lr: schedule }, parameters) };
}
