import type * as tf from '@tensorflow/tfjs-core';
import { CounterRandom } from '../../random.js';
import { shuffleInPlace } from '../../samplers/random.js';
import { idsTensor, maskTensor } from './collate.js';
import { expectWhole, loaderOf, type TextLoader } from './loader.js';
import type { PackedRows } from './packing.js';

const PACKED_STREAM = 0x7061636b;

export interface PackedLoaderOptions {
  batchSize: number;
  pad: number;
  shuffle?: boolean;
  seed?: number;
  /** Leave out the last batch where it is not full. Default true: every batch has one shape. */
  dropLast?: boolean;
}

/** Rows of several documents. Its tensors are valid until the next batch is asked for. */
export interface PackedBatch {
  /** [batch, width] int32 */
  ids: tf.Tensor2D;
  /** [batch, width] int32: the next token of the same document. */
  targets: tf.Tensor2D;
  /** [batch, width] float32: 1 where there is a target; 0 at padding and at a document's last token. */
  mask: tf.Tensor2D;
  /** [batch, width] int32: the document within the row, from 1; 0 is padding. Attention is allowed where they are equal. */
  segments: tf.Tensor2D;
  /** [batch, width] int32: the place within the document. */
  positions: tf.Tensor2D;
  /** Which row of the packing each is. */
  indices: Int32Array;
}

/** Batches of packed rows (packDocuments, concatenateAndChunk) for a language model: no prediction crosses a document's end. */
export function createPackedLoader(rows: PackedRows, options: PackedLoaderOptions): TextLoader<PackedBatch> {
  const { batchSize, pad, shuffle = false, seed = 0, dropLast = true } = options;
  expectWhole('batchSize', batchSize, 1);
  const { width } = rows;
  const length = (dropLast ? Math.floor : Math.ceil)(rows.length / batchSize);
  const plan = {
    length,
    batches(epoch: number) {
      const order = Int32Array.from({ length: rows.length }, (_, i) => i);
      if (shuffle) shuffleInPlace(order, new CounterRandom(PACKED_STREAM, seed, epoch));
      return Array.from({ length }, (_, i) => order.subarray(i * batchSize, (i + 1) * batchSize));
    },
  };
  return loaderOf(plan, (indices) => {
    const gather = (values: Int32Array) => {
      const out = new Int32Array(indices.length * width);
      indices.forEach((row, i) => {
        out.set(values.subarray(row * width, (row + 1) * width), i * width);
      });
      return out;
    };
    const ids = gather(rows.ids);
    const segments = gather(rows.segments);
    const targets = new Int32Array(ids.length).fill(pad);
    const mask = new Float32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      if ((i + 1) % width === 0 || segments[i] === 0 || segments[i] !== segments[i + 1]) continue;
      targets[i] = ids[i + 1]!;
      mask[i] = 1;
    }
    return {
      ids: idsTensor(ids, width),
      targets: idsTensor(targets, width),
      mask: maskTensor(mask, width),
      segments: idsTensor(segments, width),
      positions: idsTensor(gather(rows.positions), width),
      indices,
    };
  });
}
