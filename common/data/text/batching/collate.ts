import * as tf from '@tensorflow/tfjs-core';
import '../../../backend/index.js'; // the engine: without it there is nothing to hold a tensor

/** Padded tokens: where no token is, `pad` stands. */
export interface Padded {
  /** [size × width] */
  ids: Int32Array;
  /** [size × width] 1 at a token, 0 at padding. */
  mask: Float32Array;
}

export interface PadOptions {
  /** Rows of the result; those after the texts are empty. */
  size: number;
  /** Columns of the result. */
  width: number;
  pad: number;
  /** Put before and after each text. */
  before?: number;
  after?: number;
}

/**
 * Texts as the rows of one rectangle.
 *
 * @throws RangeError where a text with what is put around it is wider than the rectangle.
 */
export function padTexts(texts: readonly Int32Array[], { size, width, pad, before, after }: PadOptions): Padded {
  const ids = new Int32Array(size * width).fill(pad);
  const mask = new Float32Array(size * width);
  texts.forEach((text, i) => {
    const length = text.length + (before === undefined ? 0 : 1) + (after === undefined ? 0 : 1);
    if (length > width) throw new RangeError(`a text of ${length} tokens in a batch that is ${width} wide`);
    let at = i * width;
    mask.fill(1, at, at + length);
    if (before !== undefined) ids[at++] = before;
    ids.set(text, at);
    if (after !== undefined) ids[at + text.length] = after;
  });
  return { ids, mask };
}

/** [size, width] int32 */
export function idsTensor(ids: Int32Array, width: number): tf.Tensor2D {
  return tf.tensor2d(ids, [ids.length / width, width], 'int32');
}

/** [size, width] float32 */
export function maskTensor(mask: Float32Array, width: number): tf.Tensor2D {
  return tf.tensor2d(mask, [mask.length / width, width], 'float32');
}

/** The rows' numbers, −1 for the empty ones after them. */
export function filledRows(rows: Int32Array, size: number): Int32Array {
  const all = new Int32Array(size).fill(-1);
  all.set(rows);
  return all;
}
