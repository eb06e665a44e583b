// A run: its folder, its place in the training, and what happens between the lines of the loop.
import { join } from 'node:path';
import { random } from '../backend/index.js';
import { notebook, shortPath, UserError } from '../utils/index.js';
import { type Callback, callHook, type Result } from './callbacks.js';
import { type Checkpoint, loadCheckpoint, saveLast } from './checkpoint.js';
import { Epoch } from './epoch.js';
import { exitCodeOf, type Interrupts, listenForInterrupts } from './interrupt.js';
import { type Limits, seconds, timeIsUp } from './limits.js';
import { Log, type LogLevel } from './log.js';
import { isBetter, type RunSetup, statefulParts, statesOf, unprefixed } from './parts.js';
import { checkMonitor, feedbackOf } from './schedule.js';
import { Sessions } from './sessions.js';
import type { Row, RunState } from './state.js';
import { Values } from './values.js';

/** `sanity`: the evaluation before step 0; `busy`: callbacks at work. */
type Phase = 'idle' | 'sanity' | 'step' | 'evaluation' | 'busy';

export class Run {
  /** Everything the run writes is below this folder. */
  readonly folder: string;
  readonly setup: RunSetup;
  readonly limits: Limits;
  /** Optimizer steps so far, the epoch (from 0) and the batch within it that come next; bodies of the loop so far. */
  step = 0;
  epoch = 0;
  batch = 0;
  batches = 0;
  /** Where the training data stand, if their batches say so. */
  cursor: unknown;
  /** Batches of an epoch. */
  stepsPerEpoch = 0;
  epochsTotal = 0;
  /** One row an evaluation: an epoch, unless `validateEvery` says otherwise. */
  history: Row[] = [];
  best: RunState['best'] = null;
  /** Whether the last evaluation was the best so far. */
  improved = false;
  /** What could not be written: told at the end. */
  readonly lost: string[] = [];
  readonly values = new Values();
  readonly sessions: Sessions;
  readonly interrupts: Interrupts;
  phase: Phase = 'idle';
  /** While the loop's body has a batch the place is still the one before it. */
  inBody = false;
  /** Until this step all is done again, and only `replayed` hooks are called. */
  replayUntil = 0;
  private readonly file: Log;
  private readonly off = new Set<Callback>();
  private stopping = false;
  private closed = false;
  /** Where the last checkpoint stands. */
  private saved: string | undefined;

  constructor(setup: RunSetup) {
    this.setup = setup;
    this.folder = setup.folder;
    this.limits = setup.limits;
    this.sessions = new Sessions(setup.folder);
    this.file = new Log(join(setup.folder, 'train.log'), (text) => this.print(text));
    // Between steps and while a checkpoint is written the loop itself looks for the signal; elsewhere all is saved already.
    this.interrupts = listenForInterrupts(() => {
      if (notebook() !== undefined) this.log('Stopping after this step.');
      else if (this.phase === 'idle' || this.phase === 'evaluation') this.exit();
      else this.log('Stopping after this step. Ctrl-C again stops at once.');
    });
  }

  /**
   * The loop over what is left of `total` epochs; each turn trains up to the next evaluation. The first turn before step 0 has no batches: it only
   * evaluates (`sanityBatches`). Leaving the loop early (break, an error) closes the run; `run.stop()` ends it in order.
   */
  async *epochs(total: number): AsyncGenerator<Epoch, void, void> {
    const { fastDevRun, sanityBatches } = this.limits;
    this.epochsTotal = this.setup.endless ? Number.POSITIVE_INFINITY : fastDevRun > 0 ? 1 : total;
    let complete = false;
    try {
      random.seed(this.setup.seed);
      await this.call((callback) => callback.start?.(this));
      if (this.isOver) this.log(`All ${this.epochsTotal} epochs are done already.`);
      else if (this.timeIsUp) this.stop(timeIsUp(this.limits));
      else if (this.step === 0 && sanityBatches > 0 && fastDevRun === 0) {
        this.phase = 'sanity';
        yield new Epoch(this, this.epoch);
        checkMonitor(this.setup.monitor.metric, this.values.takeEvaluated());
        this.phase = 'idle';
      }
      while (!this.isOver && !this.stopping) {
        yield new Epoch(this, this.epoch);
        await this.endEpoch();
      }
      complete = true;
    } finally {
      if (!complete) await this.close();
    }
  }

  /** Ends the loop after the evaluation that comes next. `why`: said to the person. */
  stop(why?: string): void {
    if (why !== undefined) this.log(why);
    this.stopping = true;
  }

  /** Whether all epochs or `maxSteps` steps are done. */
  get isOver(): boolean {
    return this.epoch >= this.epochsTotal || this.step >= (this.limits.maxSteps ?? Number.POSITIVE_INFINITY);
  }

  /** Whether `maxTime` is over, which counts the sessions before a resume too, as Lightning's max_time does. */
  get timeIsUp(): boolean {
    const { maxTime } = this.limits;
    return maxTime !== null && this.sessions.seconds > seconds(maxTime);
  }

  /** A line for the terminal and train.log; `debug` is for the file alone, unless ATELIER_LOG says otherwise. */
  log(message: string, level: LogLevel = 'info'): void {
    this.file.write(message, level);
  }

  /** Writes checkpoints/last.safetensors as the run stands. */
  async save(): Promise<void> {
    if (this.inBody) throw new UserError("run.save() in the loop's body: checkpoints({ steps }) saves between steps.");
    await this.call((callback) => callback.save?.(this));
    await saveLast(this.folder, this.checkpoint('last'));
    this.saved = `epoch ${this.epoch + 1}, batch ${this.batch}, step ${this.step}`;
    this.file.record(`saved ${this.saved}`);
    await this.sessions.save();
  }

  /** Weights and state as the run stands. `best` holds the averaged weights, where the run has them: those were evaluated. */
  checkpoint(which: 'last' | 'best'): Checkpoint {
    const { model, ema, task, paper, seed, config, versions, dataset } = this.setup;
    const { epoch, batch, step, batches, cursor, best, history } = this;
    const weights = model.stateDict();
    if (which === 'best')
      for (const [name, tensor] of ema?.stateDict() ?? []) if (weights.has(name)) weights.set(name, tensor);
    return {
      model: weights,
      training: which === 'best' ? new Map() : statesOf(this.setup),
      state: {
        ...{ format: 2, paper, seed, task, config, versions, dataset, epoch, batch, step, batches, cursor },
        ...{ schedule: feedbackOf(this.setup)?.state() ?? null, meter: this.values.meter.state() },
        ...{ best, history: [...history], training: null, sha256: '' },
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
    for (const [prefix, part] of statefulParts(setup)) part.loadStateDict(unprefixed(prefix, training));
    setup.optimizer.iterations = state.step;
    if (state.schedule !== null) feedbackOf(setup)?.load(state.schedule);
    this.values.meter.load(state.meter);
    const { step, epoch, batch, batches, cursor, best } = state;
    Object.assign(this, { step, epoch, batch, batches, cursor, best, history: [...state.history] });
    this.saved = `epoch ${this.epoch + 1}, batch ${this.batch}, step ${this.step}`;
  }

  /**
   * Goes back to the last checkpoint and does the steps since then again, bitwise the same, with `replayed` hooks instead of `step`: to find
   * what went wrong in the step that has just been done. False where there is no checkpoint to go back to.
   */
  async rewind(): Promise<boolean> {
    if (this.saved === undefined) return false;
    const until = this.step;
    this.restore(await loadCheckpoint(this.folder, 'last'));
    this.replayUntil = until;
    return true;
  }

  /** Puts the best weights into the model, to be tested and exported. */
  async loadBest(): Promise<void> {
    const { model } = await loadCheckpoint(this.folder, 'best');
    this.setup.model.loadStateDict(model);
  }

  /** The end of the run: plots, model.onnx, the table. */
  async finish(result: Result): Promise<void> {
    await this.call((callback) => callback.end?.(this, result));
    this.file.record('finished', result.test);
    for (const what of [...this.lost, ...(this.file.lost === undefined ? [] : [this.file.lost])])
      process.stderr.write(`${what}\n`);
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

  private async endEpoch(): Promise<void> {
    this.phase = 'busy';
    const ended = this.batch >= this.stepsPerEpoch;
    const row: Row = { epoch: this.epoch + 1, step: this.step, ...this.values.takeRow(), lr: this.setup.optimizer.lr };
    const { metric, mode } = this.setup.monitor;
    checkMonitor(metric, row);
    const value = row[metric] ?? Number.NaN;
    this.improved = this.best === null || isBetter(value, this.best.value, mode);
    if (this.improved) this.best = { metric, value, epoch: this.epoch + 1 };
    feedbackOf(this.setup)?.observe(value);
    this.history.push(row);
    if (ended) {
      this.epoch++;
      this.batch = 0;
    }
    if (this.timeIsUp && !this.isOver) this.stop(timeIsUp(this.limits));
    this.file.record('evaluated', row);
    await this.call((callback) => callback.epochEnd?.(this, row));
    this.phase = 'idle';
    if (this.interrupts.pending !== undefined) this.exit();
  }

  /** For Epoch: runs a hook of every callback, in their order. */
  async call(hook: (callback: Callback) => void | Promise<void>): Promise<void> {
    const lost = (callback: Callback, why: string) => {
      this.off.add(callback);
      this.lost.push(`${callback.name} stopped at step ${this.step}, what it writes is incomplete: ${why}`);
      this.log(`${this.lost.at(-1)}. The training goes on without it.`);
    };
    for (const callback of this.setup.callbacks)
      if (!this.off.has(callback)) await callHook(callback, this.folder, hook, lost);
  }

  private print(text: string): void {
    if (!this.setup.callbacks.some((callback) => callback.log?.(text))) process.stderr.write(`${text}\n`);
  }

  /** Ends the process as the signal asks, or in a notebook the loop; what is to be saved has been. */
  exit(): never {
    for (const callback of this.setup.callbacks) callback.close?.(this);
    const saved = this.saved === undefined ? 'Stopped before the first checkpoint.' : `Stopped; saved ${this.saved}.`;
    if (notebook() !== undefined) throw new UserError(`${saved} startRun's option resume: '${this.folder}' goes on.`);
    const goOn = `Go on with:\n  npx atelier train ${this.setup.paper} --resume ${shortPath(this.folder)}`;
    this.log(this.saved === undefined ? saved : `${saved} ${goOn}`);
    process.exit(exitCodeOf(this.interrupts.pending ?? 'SIGINT'));
  }
}
