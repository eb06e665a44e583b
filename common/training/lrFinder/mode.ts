// `atelier lr-find <paper>`: the paper's own train.ts runs, and does not know. `startRun` asks here whether a sweep was asked for; then the run has
// the sweep's learning rates, no checkpoints, no evaluation, and ends when the sweep does, by an error that `atelier` takes for what it is.

import { join } from 'node:path';
import { UserError } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';
import { outputsDir } from '../folder.js';
import type { Limits } from '../limits.js';
import type { RunSetup } from '../parts.js';
import { Sweep, type SweepOptions, type SweepResult } from './sweep.js';

export interface SweepRequest extends SweepOptions {
  /** The name of the loss among the values that the loop logs. Default `loss`. */
  loss?: string;
  /** Called after each step: steps done, of how many, and the loss. */
  onStep?(done: number, total: number, loss: number): void;
}

/** What ends the paper's train.ts when the sweep is over. */
export class SweepDone extends Error {
  override name = 'SweepDone';
  readonly result: SweepResult;
  readonly folder: string;

  constructor(result: SweepResult, folder: string) {
    super('the sweep of learning rates is over');
    this.result = result;
    this.folder = folder;
  }
}

let requested: SweepRequest | undefined;

/** The next `startRun` of this process makes a sweep of learning rates. */
export function requestSweep(request: SweepRequest): void {
  new Sweep(request); // what is wrong with it is told before the data are touched
  requested = request;
}

/** For startRun: the sweep that was asked for, once. */
export function takeSweepRequest(): SweepRequest | undefined {
  const request = requested;
  requested = undefined;
  return request;
}

/** Where the results of a sweep of a paper lie: beside its runs, and not one of them. */
export function sweepFolder(paper: string, runName: string): string {
  return join(outputsDir(paper), `lr-find_${runName}`);
}

/** What a run is then instead: without an end of its own, without evaluations and files. */
export function sweepSetup(request: SweepRequest, limits: Limits): Pick<RunSetup, 'callbacks' | 'endless' | 'limits'> {
  return {
    callbacks: [sweepCallback(request)],
    endless: true,
    limits: {
      ...limits,
      ...{ maxSteps: null, maxTime: null, fastDevRun: 0, sanityBatches: 0 },
      validateEvery: { epochs: Number.MAX_SAFE_INTEGER },
    },
  };
}

/** Gives the run's optimizer the learning rates of the sweep, and takes the losses. */
function sweepCallback(request: SweepRequest): Callback {
  const sweep = new Sweep(request);
  const { loss: name = 'loss', onStep } = request;
  return {
    name: 'lr-find',
    start({ setup: { optimizer } }) {
      const before = optimizer.iterations;
      Object.assign(optimizer, { lr: (iteration: number) => sweep.lrAt(iteration - before) });
      if (optimizer.lr !== sweep.lrAt(0)) throw new UserError("This run's optimizer does not take a learning rate.");
    },
    step(run, values) {
      const loss = values[name];
      if (loss === undefined)
        throw new UserError(
          `The loop logs no "${name}" in its steps; it logs ${Object.keys(values).join(', ') || 'nothing'}. Choose with --loss.`,
        );
      const over = sweep.add(loss);
      onStep?.(sweep.length, sweep.options.steps, loss);
      if (over) throw new SweepDone(sweep.result(), run.folder);
    },
  };
}
