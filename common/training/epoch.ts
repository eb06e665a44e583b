import type * as tf from '@tensorflow/tfjs';
import type { Run } from './run.js';

/** Batches by epoch: order and content are a function of (epoch, index), so an epoch can be entered in its middle. */
export interface BatchSource<B> {
  /** Batches of an epoch. */
  readonly length: number;
  batches(epoch: number, from?: number): AsyncIterable<B>;
}

/** One pass over the training data, as `run.epochs` hands it out. */
export class Epoch {
  /** Counted from 0. */
  readonly index: number;
  private readonly run: Run;

  constructor(run: Run, index: number) {
    this.run = run;
    this.index = index;
  }

  /** The epoch's batches, one step each; after a resume those that are left. What the loop's body does with a batch is one step of the run. */
  async *batches<B extends { label: tf.Tensor }>(loader: BatchSource<B>): AsyncGenerator<B, void, void> {
    const { run } = this;
    run.enterBatches(loader.length);
    if (run.batch < loader.length) {
      for await (const batch of loader.batches(this.index, run.batch)) {
        await run.beforeStep(batch.label.shape[0] ?? 1);
        yield batch;
        await run.afterStep();
      }
    }
    await run.leaveBatches();
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
    this.run.record(numbers);
  }
}
