import * as tf from '@tensorflow/tfjs-core';
import '../../backend/index.js'; // the engine: without it there is nothing to hold a tensor
import type { Row } from '../dataset.js';
import { type ImageShape, volume } from '../pixels.js';

/** One batch. Its tensors are valid until the next one is asked for: the loader disposes them and uses their memory again. */
export interface Batch<R extends Row = Row> {
  /** [batch, height, width, channels], float32; of a multi-crop the first view. */
  image: tf.Tensor4D;
  /** All views of a multi-crop, each [batch, height, width, channels]; else the image alone. */
  views: readonly tf.Tensor4D[];
  /** [batch], int32; −1 where the data set has no labels. */
  label: tf.Tensor1D;
  /** The data set's row of each image; of a stream its place in the epoch. */
  indices: Int32Array;
  /** Its number in the epoch, from 0. */
  number: number;
  /** The values of the columns asked for. */
  columns: { readonly [K in keyof R]: readonly R[K][] };
}

/** The memory of a batch: for each view a block of `rows` images, of which the first `count` are there. */
export interface Filled {
  slab: ArrayBuffer;
  views: readonly ImageShape[];
  rows: number;
  count: number;
}

/** Tensors over a filled slab, without a copy where the backend keeps the array it is given. */
export function viewTensors({ slab, views, rows, count }: Filled): tf.Tensor4D[] {
  let at = 0;
  return views.map((shape) => {
    const values = new Float32Array(slab, 4 * at, count * volume(shape));
    at += rows * volume(shape);
    return tf.tensor4d(values, [count, shape.height, shape.width, shape.channels]);
  });
}

/**
 * Disposes a batch's tensors. False where somebody still has a tensor over the same memory (a clone, a reshaped one): it must not be
 * written to again.
 */
export function release(tensors: readonly tf.Tensor[]): boolean {
  settle();
  let free = true;
  for (const tensor of tensors) {
    const { dataId } = tensor;
    tensor.dispose();
    if (tf.engine().state.tensorInfo.has(dataId)) free = false;
  }
  return free;
}

/** A lazy engine computes when something is read: what depends on a batch has to be computed while its memory still holds that batch. */
function settle(): void {
  const backend: object = tf.backend();
  if ('flush' in backend && typeof backend.flush === 'function') backend.flush();
}
