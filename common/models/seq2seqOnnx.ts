// A Seq2Seq as two ONNX files: the encoder, and one step of the decoder that remembers the tokens before in a cache.
// Legend: B sentences, S tokens of the source, P tokens that are in the cache, h heads, e features of a head, V vocabulary, k candidates.
import * as tf from '@tensorflow/tfjs-core';
import { type ExportOptions, logSoftmax } from '../backend/index.js';
import { exportModule, type KeysAndValues, sinusoidalPositions } from '../nn/index.js';
import { UserError } from '../utils/index.js';
import type { Seq2Seq } from './seq2seq.js';

export interface Seq2SeqOnnxOptions extends Pick<ExportOptions<Record<string, tf.Tensor>>, 'opset' | 'portable'> {
  /** The id that fills a source: hidden from the encoder and from the decoder. */
  pad: number;
  /** Written into the metadata, for those who run the files: the first token of the decoder's input, and the last of its output. */
  bos?: number;
  eos?: number;
  /** Tokens of the longest source and target that there are positions for. Default 1024. */
  maxLength?: number;
  /** Give the k likeliest next tokens, likeliest first, instead of all scores. */
  candidates?: number;
}

type Feeds = Record<string, tf.Tensor>;

/** The names of the caches of a decoder layer. */
export const cacheNames = (layer: number) =>
  ({
    memory: { keys: `memory_keys_${layer}`, values: `memory_values_${layer}` },
    past: { keys: `past_keys_${layer}`, values: `past_values_${layer}` },
    own: { keys: `keys_${layer}`, values: `values_${layer}` },
  }) as const;

/**
 * The encoder: `source` int32 [B, S] to `memory_keys_i` and `memory_values_i` [B, h, S, e] of each decoder layer i: what the decoder looks at. B
 * and S are free.
 */
export function exportEncoder(model: Seq2Seq, options: Seq2SeqOnnxOptions): Uint8Array {
  const layers = layersOf(model);
  const places = placesOf(model, options);
  const run = ({ source }: Feeds) => {
    const ids = source as tf.Tensor2D;
    const positions: tf.Tensor2D = tf.cumsum(tf.onesLike(ids), 1, true);
    const x = model.embedAt(ids, positions, places);
    const memory = model.transformer.encode(x, { sourcePadding: paddingOf(ids, positions, options.pad) });
    return Object.fromEntries(
      model.transformer.remember(memory).flatMap(({ keys, values }, i) => [
        [cacheNames(i).memory.keys, keys],
        [cacheNames(i).memory.values, values],
      ]),
    );
  };
  return disposing(places, () =>
    exportModule<Feeds>(model, run, {
      ...outside(options),
      inputs: { source: { shape: [null, 'source'], dtype: 'int32' } },
      outputs: layers.flatMap((i) => Object.values(cacheNames(i).memory)),
      metadata: metadataOf(model, options),
    }),
  );
}

/**
 * One step of the decoder. It takes, for each of B sentences, `token` int32 [B] and its `position` int32 [B] (the first is 0), the `source` [B, S],
 * the encoder's outputs, and `past_keys_i`, `past_values_i` [B, h, P, e]: the cache, of which the first `position` places count and the rest may
 * hold anything finite (P is at least 1). It gives `log_probabilities` [B, V] of the next token (or with `candidates` the likeliest as `ids` int32
 * [B, k] and `scores` [B, k]: log-probabilities, but for k = 1 scores before the softmax) and `keys_i`, `values_i` [B, h, 1, e]: what belongs at
 * place `position` of the cache. B, S and P are free: one file serves every length.
 */
export function exportDecoder(model: Seq2Seq, options: Seq2SeqOnnxOptions): Uint8Array {
  const layers = layersOf(model);
  const places = placesOf(model, options);
  const { heads, width } = headsOf(model);
  const { candidates, pad } = options;
  const vocabulary = model.embedding.weight.shape[0];
  if (candidates !== undefined && !(Number.isInteger(candidates) && candidates >= 1 && candidates <= vocabulary))
    throw new UserError(
      `candidates is ${candidates}; it must be a whole number from 1 to the vocabulary's ${vocabulary}`,
    );
  const cache = (feeds: Feeds, kind: 'memory' | 'past'): KeysAndValues[] =>
    layers.map((i) => ({
      keys: feeds[cacheNames(i)[kind].keys] as tf.Tensor4D,
      values: feeds[cacheNames(i)[kind].values] as tf.Tensor4D,
    }));
  const run = (feeds: Feeds): Feeds => {
    const [token, position] = [feeds.token as tf.Tensor1D, feeds.position as tf.Tensor1D];
    const source = feeds.source as tf.Tensor2D;
    const past = cache(feeds, 'past');
    const x = model.embedAt(tf.expandDims(token, 1), tf.expandDims(position, 1), places);
    const { y, own } = model.transformer.next(x, past, cache(feeds, 'memory'), {
      past: laterMask(past[0]!.keys, position),
      memoryPadding: paddingOf(source, tf.cumsum(tf.onesLike(source), 1, true), pad),
    });
    const scores = model.scores(tf.reshape(y, [token.shape[0], model.dim]));
    const log = candidates === 1 ? scores : logSoftmax(scores);
    const top = candidates === undefined ? undefined : tf.topk(log, candidates);
    return {
      ...(top === undefined ? { log_probabilities: log } : { ids: top.indices, scores: top.values }),
      ...Object.fromEntries(
        own.flatMap(({ keys, values }, i) => [
          [cacheNames(i).own.keys, keys],
          [cacheNames(i).own.values, values],
        ]),
      ),
    };
  };
  const float = (length: string) => ({ shape: [null, heads, length, width], dtype: 'float32' as const });
  return disposing(places, () =>
    exportModule<Feeds>(model, run, {
      ...outside(options),
      inputs: {
        token: { shape: [null], dtype: 'int32' },
        position: { shape: [null], dtype: 'int32' },
        source: { shape: [null, 'source'], dtype: 'int32' },
        ...Object.fromEntries(
          layers.flatMap((i) => [
            ...Object.values(cacheNames(i).memory).map((name) => [name, float('source')]),
            ...Object.values(cacheNames(i).past).map((name) => [name, float('past')]),
          ]),
        ),
      },
      outputs: [
        ...(candidates === undefined ? ['log_probabilities'] : ['ids', 'scores']),
        ...layers.flatMap((i) => Object.values(cacheNames(i).own)),
      ],
      metadata: metadataOf(model, options),
    }),
  );
}

/** [B, 1, 1, P]: −∞ at the places of the cache from `position` on. */
function laterMask(keys_BhPe: tf.Tensor4D, position_B: tf.Tensor1D): tf.Tensor4D {
  const [B, , P] = keys_BhPe.shape;
  // 0 … P − 1, where P is free: counted along the cache itself.
  const places = tf.cumsum(tf.onesLike(tf.slice(keys_BhPe, [0, 0, 0, 0], [B, 1, P, 1])), 2, true);
  const later = tf.greaterEqual(places, tf.reshape(tf.cast(position_B, 'float32'), [B, 1, 1, 1]));
  return tf.reshape(tf.where(later, tf.scalar(Number.NEGATIVE_INFINITY), tf.scalar(0)), [B, 1, 1, P]);
}

/** The first place is never hidden: a source without a token gives numbers all the same. */
const paddingOf = (source: tf.Tensor2D, positions: tf.Tensor2D, pad: number): tf.Tensor2D =>
  tf.logicalAnd(tf.equal(source, tf.scalar(pad, 'int32')), tf.greater(positions, tf.scalar(0, 'int32')));

const layersOf = ({ transformer }: Seq2Seq): number[] => transformer.decoder.layers.map((_, i) => i);

function headsOf(model: Seq2Seq): { heads: number; width: number } {
  const heads = model.transformer.decoder.layers[0]?.selfAttn.heads ?? 1;
  return { heads, width: model.dim / heads };
}

function placesOf(model: Seq2Seq, { maxLength = 1024 }: Seq2SeqOnnxOptions): tf.Tensor2D {
  return tf.tensor2d(sinusoidalPositions(maxLength, model.dim), [maxLength, model.dim]);
}

function metadataOf(model: Seq2Seq, options: Seq2SeqOnnxOptions): Record<string, string> {
  const { pad, bos, eos, maxLength = 1024 } = options;
  const { heads, width } = headsOf(model);
  const numbers = { layers: layersOf(model).length, heads, width, vocabulary: model.embedding.weight.shape[0] };
  return Object.fromEntries(
    Object.entries({ ...numbers, pad, bos, eos, max_length: maxLength }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
}

const outside = ({ opset, portable }: Seq2SeqOnnxOptions) => ({ opset, portable });

function disposing<R>(tensor: tf.Tensor, fn: () => R): R {
  try {
    return fn();
  } finally {
    tensor.dispose();
  }
}
