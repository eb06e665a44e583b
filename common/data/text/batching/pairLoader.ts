import type * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../../utils/index.js';
import type { TokenTable } from '../tokenTable.js';
import { filledRows, idsTensor, maskTensor, padTexts } from './collate.js';
import { type PlannedBatch, type PlanOptions, paddingOf, planBatches } from './plan.js';
import { type PlannedLoader, planned } from './textLoader.js';
import { roundUp } from './widths.js';

/** The two sides of a translation problem: text i of one belongs to text i of the other. */
export interface PairTables {
  source: TokenTable;
  target: TokenTable;
}

export interface PairLoaderOptions extends PlanOptions {
  /** The id that fills a row; its places have mask 0. */
  pad: number;
  /** The first token of the decoder's input. */
  bos: number;
  /** The end of the target, and of the source where `sourceEos` is. */
  eos: number;
  /** Default true, as in fairseq. */
  sourceEos?: boolean;
}

/** Pairs of texts. Its tensors are valid until the next batch is asked for. */
export interface PairBatch {
  /** [batch, S] int32: the source, with its end. */
  source: tf.Tensor2D;
  /** [batch, S] float32: 1 at a token, 0 at padding. */
  sourceMask: tf.Tensor2D;
  /** [batch, T] int32: begin and target, what the decoder reads. */
  input: tf.Tensor2D;
  /** [batch, T] int32: target and end, what it is to say. */
  target: tf.Tensor2D;
  /** [batch, T] float32 */
  targetMask: tf.Tensor2D;
  /** Tokens of each row, with the end; 0 for an empty row. */
  sourceLengths: Int32Array;
  targetLengths: Int32Array;
  /** Target tokens in the batch: the loss's denominator. */
  tokens: number;
  /** Which pair each row is; −1 for an empty row. */
  indices: Int32Array;
}

/**
 * Batches of pairs. By default both sides of a batch have one width out of a few, so that a compiled step meets few shapes; with
 * `buckets: 'longest'` each side is as wide as its own longest text.
 *
 * @throws UserError for options out of range, tables of different length, a pair that is wider than every batch.
 */
export function createPairLoader(pairs: PairTables, options: PairLoaderOptions): PlannedLoader<PairBatch> {
  const lengths = pairLengths(pairs, options.sourceEos ?? true);
  return planned(planBatches(lengths, options), (batch) => collatePairs(pairs, batch, options));
}

/** Tokens of the longer side of each pair, with begin or end. */
export function pairLengths({ source, target }: PairTables, sourceEos: boolean): Int32Array {
  if (source.length !== target.length)
    throw new UserError(
      `there are ${source.length} source texts and ${target.length} target texts: pairs need as many of both`,
    );
  return source.lengths.map((length, i) => Math.max(length + (sourceEos ? 1 : 0), target.lengths[i]! + 1));
}

/** The tensors of one batch of pairs. */
export function collatePairs(
  pairs: PairTables,
  { rows, size, width }: PlannedBatch,
  { pad, bos, eos, sourceEos = true, buckets, padToMultipleOf }: PairLoaderOptions,
): PairBatch {
  const texts = (table: TokenTable) => Array.from(rows, (row) => table.row(row));
  const own = (table: TokenTable, extra: number) =>
    buckets === 'longest'
      ? roundUp(Math.max(...texts(table).map((text) => text.length + extra)), paddingOf({ padToMultipleOf, buckets }))
      : width;
  const sourceExtra = sourceEos ? 1 : 0;
  const s = own(pairs.source, sourceExtra);
  const t = own(pairs.target, 1);
  const source = padTexts(texts(pairs.source), { size, width: s, pad, after: sourceEos ? eos : undefined });
  const input = padTexts(texts(pairs.target), { size, width: t, pad, before: bos });
  const target = padTexts(texts(pairs.target), { size, width: t, pad, after: eos });
  const targetLengths = lengthsOf(pairs.target, rows, size, 1);
  return {
    source: idsTensor(source.ids, s),
    sourceMask: maskTensor(source.mask, s),
    input: idsTensor(input.ids, t),
    target: idsTensor(target.ids, t),
    targetMask: maskTensor(target.mask, t),
    sourceLengths: lengthsOf(pairs.source, rows, size, sourceExtra),
    targetLengths,
    tokens: targetLengths.reduce((a, b) => a + b, 0),
    indices: filledRows(rows, size),
  };
}

function lengthsOf(table: TokenTable, rows: Int32Array, size: number, extra: number): Int32Array {
  const lengths = new Int32Array(size);
  rows.forEach((row, i) => {
    lengths[i] = table.lengths[row]! + extra;
  });
  return lengths;
}
