// A run: its folder, its place in the training, and what happens between the lines of the loop.
import { join } from 'node:path';
import { random } from '../backend/index.js';
import { shortPath } from '../config/index.js';
import { didYouMean, UserError } from '../utils/index.js';
import { type Callback, callHook, type Result } from './callbacks.js';
import { type Checkpoint, loadCheckpoint, saveLast } from './checkpoint.js';
import { Epoch } from './epoch.js';
import { exitCodeOf, type Interrupts, listenForInterrupts } from './interrupt.js';
import { Log } from './log.js';
import { Meter } from './meter.js';
import { prefixed, type RunSetup, unprefixed } from './parts.js';
import type { Row, RunState } from './state.js';

type Phase = 'idle' | 'step' | 'evaluation' | 'busy';

export class Run {
  /** Everything the run writes is below this folder. */
  readonly folder: string;
  readonly setup: RunSetup;
  /** Optimizer steps so far, the epoch (from 0) and the batch within it that come next. */
  step = 0;
  epoch = 0;
  batch = 0;
  stepsPerEpoch = 0;
  epochsTotal = 0;
  /** One row an epoch that is over. */
  history: Row[] = [];
  best: RunState['best'] = null;
  /** Whether the last epoch was the best so far. */
  improved = false;
  readonly interrupts: Interrupts;
  private readonly file: Log;
  private readonly meter = new Meter();
  private evaluated: Row = {};
  private current: Row = {};
  private samples = 1;
  private phase: Phase = 'idle';
  private stopping = false;
  private closed = false;
  /** Where the last checkpoint stands. */
  private saved: string | undefined;

  constructor(setup: RunSetup) {
    this.setup = setup;
    this.folder = setup.folder;
    this.file = new Log(join(setup.folder, 'train.log'));
    // Between steps and while a checkpoint is written the loop itself looks for the signal; elsewhere all is saved already.
    this.interrupts = listenForInterrupts(() => {
      if (this.phase === 'idle' || this.phase === 'evaluation') this.exit();
      else this.log('Stopping after this step. Ctrl-C again stops at once.');
    });
  }

  /** The loop over what is left of `total` epochs. Leaving it early (break, an error) closes the run; `run.stop()` ends it in order. */
  async *epochs(total: number): AsyncGenerator<Epoch, void, void> {
    this.epochsTotal = total;
    let complete = false;
    try {
      random.seed(this.setup.seed);
      await this.call((callback) => callback.start?.(this));
      if (this.epoch >= total) this.log(`All ${total} epochs are done already.`);
      while (this.epoch < total && !this.stopping) {
        yield new Epoch(this, this.epoch);
        await this.endEpoch();
      }
      complete = true;
    } finally {
      if (!complete) await this.close();
    }
  }

  /** Ends the loop after this epoch. */
  stop(): void {
    this.stopping = true;
  }

  /** A line for the terminal and train.log. */
  log(message: string): void {
    this.file.write(message);
    if (!this.setup.callbacks.some((callback) => callback.log?.(message))) process.stderr.write(`${message}\n`);
  }

  /** Writes checkpoints/last.safetensors as the run stands. */
  async save(): Promise<void> {
    await saveLast(this.folder, this.checkpoint('last'));
    this.saved = `epoch ${this.epoch + 1}, batch ${this.batch}, step ${this.step}`;
    this.file.write(`saved ${this.saved}`);
  }

  /** Weights and state as the run stands. `best` holds the averaged weights, where the run has them: those were evaluated. */
  checkpoint(which: 'last' | 'best'): Checkpoint {
    const { model, optimizer, ema, task, paper, seed, config, versions, dataset } = this.setup;
    const { epoch, batch, step, best, history } = this;
    const weights = model.stateDict();
    if (which === 'best')
      for (const [name, tensor] of ema?.stateDict() ?? []) if (weights.has(name)) weights.set(name, tensor);
    return {
      model: weights,
      training: new Map(
        which === 'best'
          ? []
          : [...prefixed('optimizer.', optimizer.stateDict()), ...prefixed('ema.', ema?.stateDict())],
      ),
      state: {
        ...{ format: 1, paper, seed, task, config, versions, dataset, epoch, batch, step },
        ...{ meter: this.meter.state(), best, history, training: null, sha256: '' },
      },
    };
  }

  /** Puts the run where the checkpoint was written. */
  restore({ state, model, training }: Checkpoint): void {
    const { setup } = this;
    if (state.dataset !== null && setup.dataset !== null && state.dataset !== setup.dataset)
      throw new UserError(
        `${this.folder} was trained on other data: ${state.dataset} then, ${setup.dataset} now. Resume with the same data.`,
      );
    setup.model.loadStateDict(model);
    setup.optimizer.loadStateDict(unprefixed('optimizer.', training));
    setup.optimizer.iterations = state.step;
    setup.ema?.loadStateDict(unprefixed('ema.', training));
    this.meter.load(state.meter);
    Object.assign(this, {
      step: state.step,
      epoch: state.epoch,
      batch: state.batch,
      best: state.best,
      history: state.history,
    });
    this.saved = `epoch ${state.epoch + 1}, batch ${state.batch}, step ${state.step}`;
  }

  /** Puts the best weights into the model, to be tested and exported. */
  async loadBest(): Promise<void> {
    const { model } = await loadCheckpoint(this.folder, 'best');
    this.setup.model.loadStateDict(model);
  }

  /** The end of the run: plots, model.onnx, the table. */
  async finish(result: Result): Promise<void> {
    await this.call((callback) => callback.end?.(this, result));
    if (this.file.lost !== undefined) process.stderr.write(`${this.file.lost}\n`);
    await this.close();
  }

  /** Gives the folder free. Safe to call twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const callback of this.setup.callbacks) callback.close?.(this);
    this.interrupts.close();
    await this.setup.release();
  }

  /** For Epoch. */
  enterBatches(length: number): void {
    if (length === 0) throw new UserError('The training split gives no batch: it is smaller than the batch size.');
    this.stepsPerEpoch = length;
    this.phase = 'step';
  }

  /** For Epoch: a batch is there. */
  async beforeStep(samples: number): Promise<void> {
    if (this.interrupts.pending !== undefined) await this.saveAndExit();
    this.samples = samples;
    this.current = {};
    random.counter = this.step; // evaluations draw too: the step's random numbers depend on the step alone
  }

  /** For Epoch: the loop's body is done with the batch. */
  async afterStep(): Promise<void> {
    this.step++;
    this.batch++;
    await this.call((callback) => callback.step?.(this, this.current));
    await new Promise((resolve) => setImmediate(resolve)); // lets signals, timers and the bar in
    if (this.interrupts.pending !== undefined) await this.saveAndExit();
  }

  /** For Epoch: the evaluation comes next. */
  async leaveBatches(): Promise<void> {
    await this.call((callback) => callback.batchesEnd?.(this));
    if (this.interrupts.pending !== undefined) this.exit();
    this.phase = 'evaluation';
  }

  /** For Epoch. */
  record(values: Row): void {
    if (this.phase !== 'step') {
      Object.assign(this.evaluated, values);
      return;
    }
    Object.assign(this.current, values);
    for (const [name, value] of Object.entries(values)) this.meter.add(name, value, this.samples);
  }

  private async endEpoch(): Promise<void> {
    this.phase = 'busy';
    const train = Object.entries(this.meter.means()).map(([name, value]) => [`train_${name}`, value]);
    const row: Row = { epoch: this.epoch + 1, step: this.step, ...Object.fromEntries(train), ...this.evaluated };
    row.lr = this.setup.optimizer.lr;
    const { metric, mode } = this.setup.monitor;
    const value = row[metric];
    if (value === undefined)
      throw new UserError(
        `The monitored metric "${metric}" was not logged; logged are ${Object.keys(row).join(', ')}.${didYouMean(metric, Object.keys(row))}`,
      );
    this.improved = this.best === null || isBetter(value, this.best.value, mode);
    if (this.improved) this.best = { metric, value, epoch: this.epoch + 1 };
    this.history.push(row);
    this.epoch++;
    this.batch = 0;
    this.meter.load({});
    this.evaluated = {};
    this.file.write(JSON.stringify(row));
    await this.call((callback) => callback.epochEnd?.(this, row));
    this.phase = 'idle';
    if (this.interrupts.pending !== undefined) this.exit();
  }

  private async call(hook: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.setup.callbacks) await callHook(callback, this.folder, hook);
  }

  private async saveAndExit(): Promise<never> {
    await this.save();
    return this.exit();
  }

  /** Ends the process as the signal asks; what is to be saved has been. */
  private exit(): never {
    for (const callback of this.setup.callbacks) callback.close?.(this);
    this.log(
      this.saved
        ? `Stopped; saved ${this.saved}. Go on with:\n  npx atelier train ${this.setup.paper} --resume ${shortPath(this.folder)}`
        : 'Stopped before the first checkpoint.',
    );
    process.exit(exitCodeOf(this.interrupts.pending ?? 'SIGINT'));
  }
}

/** A NaN is worse than every number. */
function isBetter(value: number, before: number, mode: 'max' | 'min'): boolean {
  if (Number.isNaN(before)) return !Number.isNaN(value);
  return mode === 'max' ? value > before : value < before;
}
