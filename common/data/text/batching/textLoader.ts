import type * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../../utils/index.js';
import type { TokenTable } from '../tokenTable.js';
import { filledRows, idsTensor, maskTensor, padTexts } from './collate.js';
import { loaderOf, type TextLoader } from './loader.js';
import { type BatchPlan, type PlannedBatch, type PlanOptions, planBatches } from './plan.js';

export interface TextLoaderOptions extends PlanOptions {
  /** The id that fills a row; its places have mask 0. */
  pad: number;
  /** Put before each text. Default none. */
  bos?: number;
  /** Put after each text. Default none. */
  eos?: number;
}

/** A batch of texts. Its tensors are valid until the next one is asked for. */
export interface TextBatch {
  /** [batch, width] int32 */
  ids: tf.Tensor2D;
  /** [batch, width] float32: 1 at a token, 0 at padding. */
  mask: tf.Tensor2D;
  /** Tokens of each row, with begin and end; 0 for an empty row. */
  lengths: Int32Array;
  /** Which text each row is; −1 for an empty row. */
  indices: Int32Array;
}

export interface LanguageModelBatch extends TextBatch {
  /** [batch, width] int32: the token after each of `ids`. The mask is that of the targets. */
  targets: tf.Tensor2D;
}

/** A loader that says what its batches look like. */
export interface PlannedLoader<B> extends TextLoader<B> {
  /** Widths that batches have: a compiled step meets one shape for each (with `buckets: 'longest'`, more). */
  readonly widths: readonly number[];
  /** The share of places that hold a token. */
  readonly efficiency: number;
}

/**
 * Batches of whole texts, for encoders and classifiers.
 *
 * @throws UserError for options out of range, or a text that is wider than every batch.
 */
export function createTextLoader(table: TokenTable, options: TextLoaderOptions): PlannedLoader<TextBatch> {
  const extra = count(options.bos) + count(options.eos);
  const plan = planBatches(withExtra(table, extra), options);
  return planned(plan, (batch) => {
    const { ids, mask } = pad(table, batch, options, options.bos, options.eos);
    return {
      ids: idsTensor(ids, batch.width),
      mask: maskTensor(mask, batch.width),
      lengths: lengthsOf(table, batch, extra),
      indices: filledRows(batch.rows, batch.size),
    };
  });
}

/**
 * Batches for a language model over separate texts: `ids` are begin and text, `targets` text and end.
 *
 * @throws UserError for options out of range, or where neither begin nor end leaves a text of one token without a target.
 */
export function createLanguageModelLoader(
  table: TokenTable,
  options: TextLoaderOptions,
): PlannedLoader<LanguageModelBatch> {
  const { bos, eos } = options;
  const extra = count(bos) + count(eos) - 1;
  const short = table.lengths.findIndex((length) => length + extra < 1);
  if (short >= 0)
    throw new UserError(
      `text ${short} has ${table.lengths[short]} tokens: nothing follows to be predicted (give bos or eos)`,
    );
  const plan = planBatches(withExtra(table, extra), options);
  return planned(plan, (batch) => {
    // Without begin the first token is the input for the second, without end the last one is a target only.
    const inputs = padTexts(
      textsOf(table, batch, (text) => (eos === undefined ? text.subarray(0, -1) : text)),
      { size: batch.size, width: batch.width, pad: options.pad, before: bos },
    );
    const targets = padTexts(
      textsOf(table, batch, (text) => (bos === undefined ? text.subarray(1) : text)),
      { size: batch.size, width: batch.width, pad: options.pad, after: eos },
    );
    return {
      ids: idsTensor(inputs.ids, batch.width),
      targets: idsTensor(targets.ids, batch.width),
      mask: maskTensor(targets.mask, batch.width),
      lengths: lengthsOf(table, batch, extra),
      indices: filledRows(batch.rows, batch.size),
    };
  });
}

export function planned<B extends object>(plan: BatchPlan, make: (batch: PlannedBatch) => B): PlannedLoader<B> {
  return { ...loaderOf(plan, make), widths: plan.widths, efficiency: plan.efficiency };
}

function textsOf(table: TokenTable, { rows }: PlannedBatch, change: (text: Int32Array) => Int32Array): Int32Array[] {
  return Array.from(rows, (row) => change(table.row(row)));
}

function pad(table: TokenTable, batch: PlannedBatch, options: TextLoaderOptions, before?: number, after?: number) {
  return padTexts(
    textsOf(table, batch, (text) => text),
    { size: batch.size, width: batch.width, pad: options.pad, before, after },
  );
}

function lengthsOf(table: TokenTable, { rows, size }: PlannedBatch, extra: number): Int32Array {
  const lengths = new Int32Array(size);
  rows.forEach((row, i) => {
    lengths[i] = table.lengths[row]! + extra;
  });
  return lengths;
}

function withExtra(table: TokenTable, extra: number): Int32Array {
  return table.lengths.map((length) => length + extra);
}

function count(id: number | undefined): number {
  return id === undefined ? 0 : 1;
}
