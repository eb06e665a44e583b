import { UserError } from '../../utils/index.js';

/** The learning rate of a step, from the number of optimizer steps done before it: a pure function, so resuming needs only the number. */
export interface Schedule {
  (step: number): number;
  /** The step from which on nothing changes any more. Absent where there is none. */
  readonly ends?: number;
  /** The momentum (or beta1) that goes with it: of one-cycle only. */
  readonly momentum?: Schedule;
  /** What it is told after each check, and what a checkpoint keeps of it: of plateau only. */
  readonly feedback?: Feedback;
}

/** A number, or one that changes from step to step. */
export type Coefficient = number | Schedule;

/** A schedule that looks at a metric: its state belongs in the checkpoint. */
export interface Feedback {
  /** The metric after a check (an evaluation). */
  observe(metric: number): void;
  /** Plain data for JSON. */
  state(): Record<string, number | null>;
  /** @throws UserError where a value is missing or no number. */
  load(state: Readonly<Record<string, unknown>>): void;
}

/** A schedule with the step at which it ends. */
export function ending(schedule: (step: number) => number, ends: number): Schedule {
  return Object.assign((step: number) => schedule(step), { ends });
}

/** @throws UserError unless `value` is a number of at least `least`, above it where `open`. */
export function checkNumber(what: string, value: number, least = 0, open = false): void {
  if (open ? value > least : value >= least) return;
  throw new UserError(`${what} must be ${open ? `above ${least}` : `${least} or more`}, not ${value}.`);
}
