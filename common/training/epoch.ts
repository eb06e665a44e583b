import type * as tf from '@tensorflow/tfjs-core';
import { random } from '../backend/index.js';
import { UserError } from '../utils/index.js';
import { inSteps } from './accumulation.js';
import { epochLength, validationDue } from './limits.js';
import type { Run } from './run.js';
import { checkLength } from './schedule.js';
import { writeSkipped } from './skipped.js';

/** Batches by epoch: order and content are a function of (epoch, index), so an epoch can be entered in its middle. */
export interface BatchSource<B> {
  /** Batches of an epoch. */
  readonly length: number;
  /** @param cursor what the batch before brought as its `cursor`, also from a checkpoint of another process. */
  batches(epoch: number, from?: number, cursor?: unknown): AsyncIterable<B>;
  /** What was left out because it is broken; it is listed in the run's folder. */
  readonly skipped?: readonly { where: string; reason: string }[];
}

/**
 * What a batch has: `samples`, how much it counts in the epoch's means (target tokens, for texts), or a label whose first side says it; where a
 * stream is read, `cursor`: plain data that finds the place behind the batch again.
 */
type BatchLike = ({ label: tf.Tensor } | { samples: number }) & { number?: number; cursor?: unknown };

/** The training up to the next evaluation, as `run.epochs` hands it out: one pass over the data, unless `validateEvery` says otherwise. */
export class Epoch {
  /** The pass over the data that it begins in, counted from 0. */
  readonly index: number;
  private readonly run: Run;
  private samples = 1;
  private last = true;
  private turned = Number.NEGATIVE_INFINITY;
  private source: BatchSource<unknown> | undefined;

  constructor(run: Run, index: number) {
    this.run = run;
    this.index = index;
  }

  /** Whether the batch in hand completes a step: always, unless gradients are accumulated over several (`limits.accumulate`). */
  get updates(): boolean {
    return this.last;
  }

  /** The batches up to the next evaluation; after a resume those that are left. What the loop's body does with a batch is a step of the run, or a part of one. */
  async *batches<B extends BatchLike>(loader: BatchSource<B>): AsyncGenerator<B, void, void> {
    const { run } = this;
    this.source = loader;
    const length = lengthOf(loader, run);
    const first = run.stepsPerEpoch === 0;
    run.stepsPerEpoch = length;
    if (first) checkLength(run);
    if (run.phase === 'sanity') return;
    run.phase = 'step';
    while (!this.isOver()) {
      if (run.batch >= length) {
        run.epoch++;
        run.batch = 0;
      }
      yield* this.rest(loader, length);
      await writeSkipped(run, loader.skipped);
    }
    await run.call((callback) => callback.batchesEnd?.(run));
    if (run.interrupts.pending !== undefined) run.exit();
    run.phase = 'evaluation';
  }

  /** The batches of a validation loader: all of them; the first few before step 0 and in `fastDevRun`; the training batches with `overfitBatches`. */
  validation<B>(loader: BatchSource<B>): BatchSource<B> {
    const { limits, phase } = this.run;
    const { sanityBatches, fastDevRun, overfitBatches } = limits;
    // With overfitBatches both loaders give the same kind of batch: that is what makes the comparison.
    const source = overfitBatches > 0 && this.source !== undefined ? (this.source as BatchSource<B>) : loader;
    const most = [phase === 'sanity' ? sanityBatches : source.length, fastDevRun > 0 ? fastDevRun : source.length];
    const length = Math.min(...most, overfitBatches > 0 ? epochLength(source.length, limits) : source.length);
    return length >= source.length ? source : { length, batches: () => firstOf(source.batches(0), length) };
  }

  /**
   * Takes the values of a step (inside the loop over batches: their means over the epoch, weighted by samples, become
   * `train_<name>`) or of an evaluation (after it: kept as they are). Scalar tensors are read and disposed.
   */
  log(values: Record<string, tf.Tensor | number>): void {
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'number') {
        numbers[name] = value;
        continue;
      }
      if (value.size !== 1) throw new Error(`epoch.log: "${name}" has shape [${value.shape}]; a scalar is needed`);
      numbers[name] = value.dataSync()[0] ?? Number.NaN;
      value.dispose();
    }
    const { run } = this;
    if (run.phase === 'step') run.values.addStep(numbers, this.samples, run.limits.accumulate > 1);
    else run.values.addEvaluated(numbers);
  }

  /** What is left of the data's pass, up to the evaluation. */
  private async *rest<B extends BatchLike>(loader: BatchSource<B>, length: number): AsyncGenerator<B, void, void> {
    const { run } = this;
    const { accumulate, overfitBatches } = run.limits;
    const again = overfitBatches > 0; // the same batches in each epoch
    const all = loader.batches(again ? 0 : run.epoch, run.batch, again ? undefined : run.cursor);
    for await (const { batch, number, completes } of inSteps(all, { from: run.batch, length, accumulate })) {
      if (this.last) await this.stopIfAsked();
      // A batch of broken images only is passed over: the next one says its number.
      run.batch = number;
      this.samples = 'samples' in batch ? batch.samples : (batch.label.shape[0] ?? 1);
      this.last = completes;
      random.counter = run.batches; // evaluations draw too: the random numbers of a batch depend on its number alone
      await run.call((callback) => callback.batch?.(run, batch));
      try {
        run.inBody = true;
        yield batch;
      } finally {
        run.inBody = false;
      }
      run.batch++;
      run.batches++;
      run.cursor = batch.cursor;
      if (!this.last) continue;
      const place = run.batches;
      await this.afterStep();
      if (this.isOver() || run.batches !== place) return; // another place: the run was rewound
    }
    run.batch = length; // also where broken batches at the end were passed over
  }

  private async afterStep(): Promise<void> {
    const { run } = this;
    run.step++;
    const values = run.values.takeStep();
    if (run.step <= run.replayUntil) await run.call((callback) => callback.replayed?.(run, values));
    else await run.call((callback) => callback.step?.(run, values));
    // Lets signals, timers and the bar in; a step of microseconds need not do so each time.
    if (performance.now() - this.turned > 20) {
      await new Promise((resolve) => setImmediate(resolve));
      this.turned = performance.now();
    }
    await this.stopIfAsked();
  }

  /** Between two steps: Ctrl-C saves and ends the process. */
  private async stopIfAsked(): Promise<void> {
    const { run } = this;
    if (run.interrupts.pending === undefined) return;
    await run.save();
    run.exit();
  }

  /** Whether the evaluation comes next: a function of the run's place alone, so that a resume comes to the same. */
  private isOver(): boolean {
    const { run } = this;
    const { step, batch, stepsPerEpoch, epoch, limits, history } = run;
    const ended = batch >= stepsPerEpoch ? epoch + 1 : undefined;
    if (ended === undefined && step === (history.at(-1)?.step ?? 0)) return false; // this place was evaluated already
    if (validationDue(limits, step, ended)) return true;
    if (ended !== undefined && ended >= run.epochsTotal) return true;
    return step >= (limits.maxSteps ?? Number.POSITIVE_INFINITY) || run.timeIsUp;
  }
}

function lengthOf(loader: BatchSource<unknown>, { limits }: Run): number {
  if (loader.length === Number.POSITIVE_INFINITY)
    throw new UserError(
      'The loader reads a stream, whose length nobody knows: give it the option "length", batches an epoch.',
    );
  if (loader.length === 0) throw new UserError('The training split gives no batch: it is smaller than the batch size.');
  return epochLength(loader.length, limits);
}

async function* firstOf<B>(batches: AsyncIterable<B>, count: number): AsyncGenerator<B, void, void> {
  let taken = 0;
  for await (const batch of batches) {
    if (taken++ >= count) return;
    yield batch;
  }
}
