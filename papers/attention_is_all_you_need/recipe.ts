// What the config's choices stand for: batches, model, optimizer with its schedule, one training step.
import * as tf from '@tensorflow/tfjs-core';
import {
  createPairLoader,
  createStreamingPairLoader,
  type PairBatch,
  type PairCursor,
  type PairTables,
  type StreamingDataset,
  type Tokenizer,
} from 'common/data';
import { tokenCrossEntropy } from 'common/losses';
import { Seq2Seq } from 'common/models';
import { createOptimizer, createSchedule, type Optimizer, type Schedule } from 'common/optim';
import type { BatchSource } from 'common/training';
import { special } from './pairs.js';
import type { Config } from './schema.js';

/** A batch of pairs; it counts as many samples as it has target tokens. */
export type Batch = PairBatch & { samples: number };

export function createTranslator({ model }: Pick<Config, 'model'>, vocabulary: number): Seq2Seq {
  return new Seq2Seq({ ...model, embeddingDropout: model.dropout, vocabulary, positions: 'sinusoidal' });
}

/** Batches of pairs in memory: of similar length, in another order each epoch where `shuffle`. */
export function pairBatches(
  pairs: PairTables,
  { data, seed }: Pick<Config, 'data' | 'seed'>,
  shuffle: boolean,
): BatchSource<Batch> {
  const loader = createPairLoader(pairs, { ...special, maxTokens: data.maxTokens, shuffle, seed });
  return {
    length: loader.length,
    async *batches(epoch, from) {
      for await (const batch of loader.batches(epoch, from)) yield { ...batch, samples: batch.tokens };
    },
  };
}

/** Batches of a stream, `steps` of them an epoch, one pass after the other. A resumed run reads again what was read before, and leaves it out. */
export function streamBatches(
  stream: StreamingDataset<{ source: string; target: string }>,
  tokenizer: Tokenizer,
  { data, seed }: Pick<Config, 'data' | 'seed'>,
): BatchSource<Batch> {
  if (data.streaming === null) throw new Error('data.streaming is null');
  const { steps, widths, window } = data.streaming;
  const options = { ...special, maxTokens: data.maxTokens, shuffle: true, seed, widths, window };
  const loader = createStreamingPairLoader(stream, { ...options, tokenizer, source: 'source', target: 'target' });
  /** Which batch the cursor stands before. */
  let known: { batch: number; cursor: PairCursor | undefined } = { batch: 0, cursor: undefined };
  return {
    length: steps,
    async *batches(epoch, from = 0) {
      const [begin, end] = [epoch * steps + from, (epoch + 1) * steps];
      let { batch, cursor } = known.batch <= begin ? known : { batch: 0, cursor: undefined };
      while (batch < end) {
        const before = batch;
        for await (const pair of loader.batches(cursor)) {
          cursor = pair.cursor;
          known = { batch: ++batch, cursor };
          if (batch > begin) yield { ...pair, samples: pair.tokens };
          if (batch >= end) return;
        }
        if (batch === before) throw new Error('the stream has no pair that is short enough');
        cursor = undefined;
      }
    },
  };
}

/** The schedule over the run's steps, and the optimizer that follows it. */
export function optimizerOf(
  { optimizer, schedule: spec, epochs, limits }: Config,
  parameters: Map<string, tf.Variable>,
  batchesPerEpoch: number,
): { optimizer: Optimizer; schedule: Schedule } {
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / limits.accumulate);
  const length = limits.maxSteps === null ? epochs : Math.min(epochs, limits.maxSteps / stepsPerEpoch);
  const schedule = createSchedule(spec, { lr: optimizer.lr, stepsPerEpoch, epochs: length });
  return { schedule, optimizer: createOptimizer({ ...optimizer, lr: schedule }, parameters) };
}

/** The mean loss of a target token. */
export function lossOf(
  model: Seq2Seq,
  { source, sourceMask, input, target, targetMask }: PairTensors,
  labelSmoothing = 0,
): tf.Scalar {
  const scores_BTV = model.forward(source, input, { source: paddingOf(sourceMask) });
  const logits: tf.Tensor2D = tf.reshape(scores_BTV, [target.size, scores_BTV.shape[2]]);
  return tokenCrossEntropy(logits, flat(target), flat(targetMask), { labelSmoothing });
}

export type PairTensors = Pick<Batch, 'source' | 'sourceMask' | 'input' | 'target' | 'targetMask'>;

/** The tensors of a batch alone: what a compiled function takes. */
export const tensorsOf = ({ source, sourceMask, input, target, targetMask }: Batch): PairTensors => ({
  ...{ source, sourceMask, input, target, targetMask },
});

const flat = (x: tf.Tensor2D): tf.Tensor1D => tf.reshape(x, [x.size]);

/** true at padding; the first place is never hidden, so that the empty rows of a batch that is not full give numbers. */
function paddingOf(mask_BS: tf.Tensor2D): tf.Tensor2D {
  const [B, S] = mask_BS.shape;
  const visible = tf.concat([tf.ones<tf.Rank.R2>([B, 1]), tf.slice(mask_BS, [0, 1], [B, S - 1])], 1);
  return tf.equal(visible, tf.scalar(0));
}
