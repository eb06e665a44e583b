// Models for the tests: one that is a table, and a Seq2Seq that computes every step anew.
import * as tf from '@tensorflow/tfjs-core';
import { compile, uniformAt } from '../backend/index.js';
import type { Seq2Seq } from '../models/index.js';
import { likeliest } from './likeliest.js';
import type { DecodingState, SequenceModel } from './sequenceModel.js';

/** The log-probabilities of the next token after a source and the tokens so far. */
export type NextOf = (source: readonly number[], tokens: readonly number[]) => Float32Array;

/** A model without a memory: each step asks `next` about the whole prefix. */
export function modelOf(
  next: NextOf,
  {
    vocabulary,
    bos = 0,
    eos = 1,
    maxLength = 64,
  }: { vocabulary: number; bos?: number; eos?: number; maxLength?: number },
): SequenceModel {
  return {
    ...{ vocabulary, bos, eos, maxLength },
    start(candidates): DecodingState {
      let rows: { source: number[]; tokens: number[] }[] = [];
      return {
        get rows() {
          return rows.length;
        },
        add(sources) {
          rows.push(...sources.map((source) => ({ source: Array.from(source), tokens: [] })));
        },
        step(tokens) {
          rows.forEach((row, i) => {
            row.tokens.push(tokens[i]!);
          });
          const scores = new Float32Array(rows.length * vocabulary);
          rows.forEach(({ source, tokens }, i) => {
            scores.set(next(source, tokens), i * vocabulary);
          });
          return likeliest(scores, rows.length, Math.min(candidates, vocabulary));
        },
        select(from) {
          rows = Array.from(from, (row) => ({ source: rows[row]!.source, tokens: [...rows[row]!.tokens] }));
        },
      };
    },
  };
}

/** Random distributions, a function of the prefix. `sharpness`: how unequal they are. */
export function randomNext(vocabulary: number, seed: number, sharpness = 3): NextOf {
  return (source, tokens) => {
    const place = [...source, -1, ...tokens].reduce((hash, id) => (Math.imul(hash, 31) + id + 7) | 0, 17);
    return logSoftmax(Float32Array.from({ length: vocabulary }, (_, id) => sharpness * uniformAt(seed, place, id)));
  };
}

/** The Seq2Seq over the whole prefix at each step, one sentence at a time, padded to one shape so that one graph serves all. */
export function uncached(
  model: Seq2Seq,
  { pad, bos, eos, widest = 32 }: { pad: number; bos: number; eos: number; widest?: number },
): SequenceModel {
  const vocabulary = model.embedding.weight.shape[0];
  const scoresOf = compile((source: tf.Tensor2D, target: tf.Tensor2D) =>
    model.forward(source, target, { source: tf.equal(source, tf.scalar(pad, 'int32')) }),
  );
  const next: NextOf = (source, tokens) =>
    tf.tidy(() => {
      const row = (ids: readonly number[]) =>
        tf.tensor2d(Int32Array.from({ length: widest }, (_, i) => ids[i] ?? pad), [1, widest], 'int32'); // biome-ignore format: one call
      const scores = scoresOf(row(source), row(tokens)).dataSync() as Float32Array;
      return logSoftmax(scores.slice((tokens.length - 1) * vocabulary, tokens.length * vocabulary));
    });
  return modelOf(next, { vocabulary, maxLength: widest, bos, eos });
}

function logSoftmax(scores: Float32Array): Float32Array {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const sum = Math.log(scores.reduce((total, x) => total + Math.exp(x - most), 0));
  return scores.map((x) => x - most - sum);
}
