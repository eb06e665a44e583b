// The common supervised case in one call. It is written on the explicit form: what it does is what a train.ts would write out.
import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../backend/index.js';
import { accumulator } from '../optim/accumulator.js';
import type { Clip, Ema, Optimizer } from '../optim/index.js';
import { valueAndGrads } from '../optim/valueAndGrads.js';
import type { BatchSource } from './epoch.js';
import type { Classifier } from './onnx.js';
import type { Run } from './run.js';
import { type RunOptions, startRun } from './start.js';
import type { Row, RunState } from './state.js';

export interface FitBatch {
  image: tf.Tensor4D;
  label: tf.Tensor;
}

type Scored = (logits: tf.Tensor2D, label: tf.Tensor) => tf.Scalar;

export interface FitOptions extends Omit<RunOptions, 'model' | 'optimizer' | 'ema'> {
  model: Classifier;
  optimizer: Optimizer;
  /** The mean loss of a batch from the model's outputs and the labels. */
  loss: Scored;
  /** More means of a batch, such as the accuracy: logged as `train_<name>` and `val_<name>`. Default: none. */
  measures?: Readonly<Record<string, Scored>>;
  /** Without validation data the monitored metric is one of the training, such as `train_loss`. */
  data: { train: BatchSource<FitBatch>; validation?: BatchSource<FitBatch> };
  epochs: number;
  /** Averaged weights: they are what is evaluated and kept as best. */
  ema?: Ema;
  /** What is done to the gradients: `createClip({ name: 'norm', max: 1 })`. */
  clip?: Clip;
  /** What the run's folder keeps as its config. Default: `{ epochs }`. */
  config?: object;
}

export interface Fitted {
  /** A row an evaluation: epoch, step, train_…, val_…, lr. */
  history: readonly Row[];
  /** The best row's metric, value and epoch. The model holds the weights of the end: `run.loadBest()` puts the best ones in. */
  best: RunState['best'];
  run: Run;
}

/**
 * Trains a model on batches of images and labels and evaluates it as the run's limits say. Same bits as the loop written out.
 *
 * @returns history, best and the run, still open: `run.finish(…)` or `run.close()` ends it.
 * @throws UserError where the monitored metric is not among those logged, and whatever startRun throws.
 */
export async function fit(options: FitOptions): Promise<Fitted> {
  const {
    model,
    optimizer,
    loss: lossOf,
    measures = {},
    data,
    epochs,
    ema,
    clip,
    config = { epochs },
    ...rest
  } = options;
  const lossName = data.validation === undefined ? 'train_loss' : 'val_loss';
  const monitor = rest.monitor ?? { metric: lossName, mode: 'min' };
  const run = await startRun(config, { ...rest, monitor, model, optimizer, ema });
  const sums = run.limits.accumulate > 1 ? accumulator(optimizer.parameters) : undefined;
  const measured = (logits: tf.Tensor2D, label: tf.Tensor) =>
    Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, measure(logits, label)]));

  const step = compile((image: tf.Tensor4D, label: tf.Tensor, updates: boolean) => {
    const { loss, aux, grads } = valueAndGrads(() => {
      const logits = model.forward(image);
      return { loss: lossOf(logits, label), ...measured(logits, label) };
    }, optimizer.trained);
    sums?.add(grads, image.shape[0]);
    if (updates) {
      const whole = sums?.take(optimizer.trained.keys()) ?? grads;
      optimizer.step(clip?.(whole, optimizer.trained).grads ?? whole);
      ema?.update();
    }
    return { ...aux, loss };
  });
  const evaluate = compile((image: tf.Tensor4D, label: tf.Tensor) => {
    const logits = model.forward(image);
    return { loss: lossOf(logits, label), ...measured(logits, label) };
  });

  for await (const epoch of run.epochs(epochs)) {
    model.train();
    for await (const { image, label } of epoch.batches(data.train)) epoch.log(step(image, label, epoch.updates));
    if (data.validation === undefined) continue;
    model.eval();
    ema?.swap();
    epoch.log(await meansOf(epoch.validation(data.validation), evaluate));
    ema?.swap();
  }
  step.dispose();
  evaluate.dispose();
  sums?.dispose();
  return { history: run.history, best: run.best, run };
}

/** `val_<name>`: means over all samples, as doubles on the host. */
async function meansOf(
  source: BatchSource<FitBatch>,
  evaluate: (image: tf.Tensor4D, label: tf.Tensor) => Record<string, tf.Tensor>,
): Promise<Row> {
  const sums: Row = {};
  let samples = 0;
  for await (const { image, label } of source.batches(0)) {
    const values = evaluate(image, label);
    for (const [name, value] of Object.entries(values))
      sums[`val_${name}`] = (sums[`val_${name}`] ?? 0) + (value.dataSync()[0] ?? Number.NaN) * image.shape[0];
    tf.dispose(values);
    samples += image.shape[0];
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / samples]));
}
