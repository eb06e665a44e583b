// How the image metrics read pictures.
import type * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { refuseNaN } from './inputs.js';

/** Rows of pixels, channels last. `count` pictures one after another; default 1. */
export interface RawImages {
  data: ArrayLike<number>;
  height: number;
  width: number;
  channels: number;
  count?: number;
}

/** A tensor [height, width], [height, width, channels] or [count, height, width, channels], or raw values. */
export type Images = tf.Tensor | RawImages;

export interface ImageOptions {
  /** Largest minus smallest possible value: 255 for bytes, 1 for 0 to 1, 2 for -1 to 1. Default: 255 for Uint8Arrays; others must say. */
  dataRange?: number;
}

export interface ImagePair {
  /** [count, height, width, channels], row-major. */
  a: ArrayLike<number>;
  b: ArrayLike<number>;
  count: number;
  height: number;
  width: number;
  channels: number;
  dataRange: number;
}

/** Two sets of images of equal shape, without NaN, and their data range. */
export function readImagePair(predictions: Images, targets: Images, { dataRange }: ImageOptions): ImagePair {
  const a = readImages(predictions, 'predictions');
  const b = readImages(targets, 'targets');
  const shape = (images: Required<RawImages>) =>
    `[${images.count}, ${images.height}, ${images.width}, ${images.channels}]`;
  if (shape(a) !== shape(b))
    throw new UserError(
      `predictions have shape ${shape(a)}, targets ${shape(b)} (count, height, width, channels); they must be equal`,
    );
  const range = dataRange ?? (isBytes(a.data) && isBytes(b.data) ? 255 : undefined);
  if (range === undefined || !(range > 0))
    throw new UserError(
      `dataRange is ${dataRange}; give the largest minus the smallest possible value, such as 1 or 255`,
    );
  return { ...b, a: a.data, b: b.data, dataRange: range };
}

const isBytes = (data: ArrayLike<number>) => data instanceof Uint8Array || data instanceof Uint8ClampedArray;

function readImages(images: Images, what: string): Required<RawImages> {
  const read = 'dataSync' in images ? ofTensor(images, what) : { count: 1, ...images };
  const { count, height, width, channels } = read;
  if (read.data.length !== count * height * width * channels)
    throw new UserError(`${what}: ${read.data.length} values are not ${count} × ${height} × ${width} × ${channels}`);
  refuseNaN(read.data, what, Math.max(1, height * width * channels));
  return read;
}

function ofTensor(tensor: tf.Tensor, what: string): Required<RawImages> {
  const shape = tensor.rank === 2 ? [1, ...tensor.shape, 1] : tensor.rank === 3 ? [1, ...tensor.shape] : tensor.shape;
  const [count, height, width, channels] = shape;
  if (
    shape.length !== 4 ||
    count === undefined ||
    height === undefined ||
    width === undefined ||
    channels === undefined
  )
    throw new UserError(
      `${what} have shape [${tensor.shape.join(', ')}]; images are [height, width], [height, width, channels] or [count, height, width, channels]`,
    );
  return { data: tensor.dataSync(), count, height, width, channels };
}
