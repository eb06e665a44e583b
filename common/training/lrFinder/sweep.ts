import { UsageError } from '../../utils/index.js';
import { type Suggestions, suggestions } from './suggest.js';

export interface SweepOptions {
  /** The first learning rate. Default 1e-7. */
  start?: number;
  /** The last one. Default 10. */
  end?: number;
  /** Steps from the first to the last. Default 100. */
  steps?: number;
  /** How much of the smoothed loss stays at each step. Default 0.98. */
  beta?: number;
  /** The sweep ends where the smoothed loss is above so many times its least value. Default 4; Infinity: never. */
  divergence?: number;
}

export interface SweepResult {
  /** Smoothed losses by learning rate, as far as the sweep came. */
  lrs: number[];
  losses: number[];
  /** The losses as they were. */
  raw: number[];
  /** `end`: all steps were done; `diverged`; `notFinite`: the loss became NaN or infinite; `dataEnded`: there were no more batches. */
  stopped: 'end' | 'diverged' | 'notFinite' | 'dataEnded';
  suggestions: Suggestions;
  options: Required<SweepOptions>;
}

/** A sweep of exponentially growing learning rates (Smith 2017, section 3.3), fed with a loss a step. */
export class Sweep {
  readonly options: Required<SweepOptions>;
  readonly #lrs: number[] = [];
  readonly #losses: number[] = [];
  readonly #raw: number[] = [];
  #average = 0;
  #best = Number.POSITIVE_INFINITY;
  #stopped: SweepResult['stopped'] | undefined;

  /** @throws UsageError naming an option that makes no sweep. */
  constructor({ start = 1e-7, end = 10, steps = 100, beta = 0.98, divergence = 4 }: SweepOptions = {}) {
    if (!(start > 0 && end > start && end < Number.POSITIVE_INFINITY))
      throw new UsageError(`a sweep goes from a learning rate above 0 to a larger one, not from ${start} to ${end}.`);
    if (!Number.isInteger(steps) || steps < 10) throw new UsageError(`a sweep has 10 steps or more, not ${steps}.`);
    if (!(beta >= 0 && beta < 1)) throw new UsageError(`beta must be in [0, 1), not ${beta}.`);
    if (!(divergence > 1)) throw new UsageError(`divergence must be above 1, not ${divergence}.`);
    this.options = { start, end, steps, beta, divergence };
  }

  /** How many losses it has been given. */
  get length(): number {
    return this.#lrs.length;
  }

  /** The learning rate of a step, counted from 0. */
  lrAt(step: number): number {
    const { start, end, steps } = this.options;
    return start * (end / start) ** (Math.min(step, steps - 1) / (steps - 1));
  }

  /** Takes the loss of the next step. @returns whether the sweep is over. */
  add(loss: number): boolean {
    const { beta, steps, divergence } = this.options;
    const t = this.length;
    if (!Number.isFinite(loss)) {
      this.#stopped = 'notFinite';
      return true;
    }
    this.#average = beta * this.#average + (1 - beta) * loss;
    const smoothed = this.#average / (1 - beta ** (t + 1));
    this.#lrs.push(this.lrAt(t));
    this.#losses.push(smoothed);
    this.#raw.push(loss);
    // `divergence` times the best, for a loss that may be negative too.
    if (t > 0 && smoothed > this.#best + (divergence - 1) * Math.abs(this.#best)) this.#stopped = 'diverged';
    else if (this.length === steps) this.#stopped = 'end';
    this.#best = Math.min(this.#best, smoothed);
    return this.#stopped !== undefined;
  }

  result(): SweepResult {
    const curve = { lrs: [...this.#lrs], losses: [...this.#losses] };
    return {
      ...curve,
      raw: [...this.#raw],
      stopped: this.#stopped ?? 'dataEnded',
      suggestions: suggestions(curve, this.options.steps),
      options: this.options,
    };
  }
}
