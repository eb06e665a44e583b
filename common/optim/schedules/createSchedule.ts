import { UserError } from '../../utils/index.js';
import { namesOf, parseSpec } from '../parseSpec.js';
import { constantSchedule } from './constant.js';
import { cosineSchedule } from './cosine.js';
import { exponentialSchedule } from './exponential.js';
import { inverseSqrtSchedule, noamSchedule } from './inverseSqrt.js';
import { linearSchedule } from './linear.js';
import { multiStepSchedule } from './multiStep.js';
import { oneCycleSchedule } from './oneCycle.js';
import { plateauSchedule } from './plateau.js';
import { polynomialSchedule } from './polynomial.js';
import type { Schedule } from './schedule.js';
import { type ScheduleSpec, type ScheduleSpecInput, scheduleSchema } from './schemas.js';
import { sequentialSchedule } from './sequential.js';
import { stepSchedule } from './step.js';

type Name = ScheduleSpec['name'];
/** Options in steps, what is null left out. */
type Options<N extends Name> = Defined<Omit<Extract<ScheduleSpec, { name: N }>, 'name' | 'unit' | 'length'>> & Run;
type Run = { peak: number; total: number };
type Defined<T> = {
  [K in keyof T]: K extends 'momentum' ? T[K] : null extends T[K] ? NonNullable<T[K]> | undefined : T[K];
};

/** Every schedule: a new one is a line here and a schema in schemas.ts, and the type check asks for both. */
const schedules: { [N in Exclude<Name, 'sequential'>]: (options: Options<N>) => Schedule } = {
  constant: constantSchedule,
  step: stepSchedule,
  multiStep: multiStepSchedule,
  exponential: exponentialSchedule,
  cosine: cosineSchedule,
  linear: linearSchedule,
  polynomial: polynomialSchedule,
  oneCycle: oneCycleSchedule,
  inverseSqrt: inverseSqrtSchedule,
  noam: ({ peak, ...options }) => noamSchedule({ ...options, scale: peak }),
  plateau: plateauSchedule,
};

/** The names `createSchedule` knows. */
export const scheduleNames: readonly string[] = namesOf(scheduleSchema);

export interface RunLength {
  /** The peak: the optimizer's `lr`. */
  lr: number;
  /** Optimizer updates (not micro-batches) of an epoch. */
  stepsPerEpoch: number;
  epochs: number;
}

/**
 * A schedule from its description: `createSchedule({ name: 'cosine', warmup: 5 }, { lr, stepsPerEpoch, epochs })`. Times are in epochs,
 * or in steps with `unit: 'steps'`;
 * they are rounded to whole steps. See `checkSchedule` for one that ends before the run.
 *
 * @throws UserError for an unknown name or option, with the nearest, and for values that do not fit each other or the run.
 */
export function createSchedule(spec: ScheduleSpecInput, { lr, stepsPerEpoch, epochs }: RunLength): Schedule {
  for (const [key, value] of Object.entries({ stepsPerEpoch, epochs }))
    if (!(value > 0)) throw new UserError(`${key} must be above 0, not ${value}.`);
  const parsed = parseSpec(scheduleSchema, spec, 'schedule');
  if (parsed.name === 'sequential') return inParts(parsed, { lr, stepsPerEpoch, epochs });
  const { name, unit, ...rest } = parsed;
  const options: Record<string, unknown> = rest;
  const steps = (value: number) => Math.round(unit === 'steps' ? value : value * stepsPerEpoch);
  const times = ['warmup', 'length', 'cycle', 'every', 'at'];
  const inSteps = Object.entries(options).map(([key, value]): [string, unknown] => {
    if (value === null && key !== 'momentum') return [key, undefined];
    if (!times.includes(key)) return [key, value];
    const converted = Array.isArray(value) ? value.map(steps) : steps(Number(value));
    if ((key === 'every' || key === 'cycle' || key === 'length') && converted === 0)
      throw new UserError(`schedule.${key}: ${value} ${unit} are less than a step.`);
    return [key, converted];
  });
  const { length, ...converted } = Object.fromEntries(inSteps);
  const total = typeof length === 'number' ? length : Math.round(epochs * stepsPerEpoch);
  const { warmup } = converted;
  if (typeof warmup === 'number' && warmup > total)
    throw new UserError(
      `schedule.warmup: ${options.warmup} ${unit} (${warmup} steps) are more than the ${total} steps of the run.`,
    );
  // The schema has checked the options of this name, and the loop above has kept their names.
  const make = schedules[name] as (options: Record<string, unknown>) => Schedule;
  return make({ ...converted, peak: lr, total });
}

function inParts(
  { unit, parts }: Extract<ScheduleSpec, { name: 'sequential' }>,
  { lr, stepsPerEpoch, epochs }: RunLength,
): Schedule {
  let left = Math.round(epochs * stepsPerEpoch);
  const made = parts.map(({ length, scale, schedule }, i) => {
    const last = i === parts.length - 1;
    if (length === null && !last) throw new UserError(`schedule.parts.${i}.length: only the last part may do without.`);
    const steps = length === null ? left : Math.round(unit === 'steps' ? length : length * stepsPerEpoch);
    if (!(steps > 0)) throw new UserError(`schedule.parts.${i}: the parts before it take the whole run.`);
    left -= steps;
    const own = createSchedule(schedule, { lr: lr * scale, stepsPerEpoch, epochs: steps / stepsPerEpoch });
    return length === null ? { schedule: own } : { schedule: own, steps };
  });
  return sequentialSchedule(made);
}
