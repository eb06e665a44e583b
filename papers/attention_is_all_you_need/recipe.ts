// What the config's choices stand for: batches, model, loss.
import * as tf from '@tensorflow/tfjs-core';
import {
  createPairLoader,
  createStreamingPairLoader,
  type PairBatch,
  type PairCursor,
  type PairTables,
  parsePairCursor,
  type StreamingDataset,
  type Tokenizer,
} from 'common/data';
import { tokenCrossEntropy } from 'common/losses';
import { Seq2Seq } from 'common/models';
import type { BatchSource } from 'common/training';
import { UserError } from 'common/utils';
import { special } from './pairs.js';
import type { Config } from './schema.js';

/** A batch of pairs; it counts as many samples as it has target tokens. */
export type Batch = PairBatch & { samples: number; cursor?: PairCursor };

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

/**
 * Batches of a stream, `steps` of them an epoch, one pass after the other. Each brings where the stream stands behind it; without such a cursor what
 * comes before is read again, and left out.
 */
export function streamBatches(
  stream: StreamingDataset<{ source: string; target: string }>,
  tokenizer: Tokenizer,
  { data, seed }: Pick<Config, 'data' | 'seed'>,
): BatchSource<Batch> {
  if (data.streaming === null) throw new Error('data.streaming is null');
  const { steps, widths, window } = data.streaming;
  const options = { ...special, maxTokens: data.maxTokens, shuffle: true, seed, widths, window };
  const loader = createStreamingPairLoader(stream, { ...options, tokenizer, source: 'source', target: 'target' });
  return {
    length: steps,
    async *batches(epoch, from = 0, place) {
      let cursor: PairCursor = place === undefined ? { window: 0, batch: 0 } : parsePairCursor(place);
      let known = place === undefined ? epoch * steps + from : 0;
      let left = steps - from;
      while (left > 0) {
        const begins = cursor.stream === undefined && cursor.batch === 0;
        let empty = true;
        for await (const pair of loader.batches(cursor)) {
          empty = false;
          cursor = pair.cursor;
          if (known > 0) {
            known--;
            continue;
          }
          yield { ...pair, samples: pair.tokens };
          if (--left === 0) return;
        }
        if (begins && empty) throw new UserError(`${stream.name} has no pair that is short enough.`);
        cursor = { window: cursor.window, batch: 0 }; // another pass, in another order
      }
    },
  };
}

/** The mean loss of a target token. */
export function lossOf(
  model: Seq2Seq,
  { source, sourceMask, input, target, targetMask }: PairTensors,
  labelSmoothing = 0,
): tf.Scalar {
  const scores_BTV = model.forward(source, input, { source: tf.equal(sourceMask, tf.scalar(0)) });
  const logits: tf.Tensor2D = tf.reshape(scores_BTV, [target.size, scores_BTV.shape[2]]);
  return tokenCrossEntropy(logits, flat(target), flat(targetMask), { labelSmoothing });
}

export type PairTensors = Pick<Batch, 'source' | 'sourceMask' | 'input' | 'target' | 'targetMask'>;

/** The tensors of a batch alone: what a compiled function takes. */
export const tensorsOf = ({ source, sourceMask, input, target, targetMask }: Batch): PairTensors => ({
  ...{ source, sourceMask, input, target, targetMask },
});

const flat = (x: tf.Tensor2D): tf.Tensor1D => tf.reshape(x, [x.size]);
