import type * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { shuffleInPlace } from '../../samplers/random.js';
import { idsTensor } from './collate.js';
import { expectWhole, loaderOf, type TextLoader } from './loader.js';

const WINDOWS_STREAM = 0x77696e64;

export interface WindowOptions {
  /** Tokens of a window (nanoGPT's block_size). */
  width: number;
  batchSize: number;
  /**
   * 'random': each window begins anywhere, drawn with replacement, as in nanoGPT. 'shuffled': the text is cut into windows, at another
   * place each epoch, and each comes once. 'sequential': cut at multiples of the width, in order. Default 'random'.
   */
  order?: 'random' | 'shuffled' | 'sequential';
  /** Default 0. */
  seed?: number;
  /** 'random' only: batches that count as an epoch. Default: as many as the text has. */
  batchesPerEpoch?: number;
}

/** Windows of a text. Its tensors are valid until the next batch is asked for. */
export interface WindowBatch {
  /** [batch, width] int32 */
  ids: tf.Tensor2D;
  /** [batch, width] int32: the token after each of `ids`. */
  targets: tf.Tensor2D;
  /** Where each window begins in the text. */
  starts: Int32Array;
}

/**
 * Where the windows of a batch begin: pure functions of (number of tokens, options, epoch). Full batches only.
 *
 * @throws UserError for options out of range or a text that is too short for one batch.
 */
export function planWindows(
  tokens: number,
  { width, batchSize, order = 'random', seed = 0, batchesPerEpoch }: WindowOptions,
): { readonly length: number; batches(epoch: number): readonly Int32Array[] } {
  expectWhole('width', width, 1);
  expectWhole('batchSize', batchSize, 1);
  if (batchesPerEpoch !== undefined) expectWhole('batchesPerEpoch', batchesPerEpoch, 1);
  // The target of the last token of a window is the token after it. A cut at any place below the width must fit too.
  const windows = Math.floor((tokens - (order === 'shuffled' ? width : 1)) / width);
  const least = order === 'random' ? 1 : batchSize;
  if (tokens <= width || windows < least)
    throw new UserError(
      `the text has ${tokens} tokens: too few for ${least} window${least === 1 ? '' : 's'} of ${width} (${order})`,
    );
  const length =
    order === 'random'
      ? (batchesPerEpoch ?? Math.max(1, Math.floor(windows / batchSize)))
      : Math.floor(windows / batchSize);
  return {
    length,
    batches(epoch) {
      if (order === 'random')
        return Array.from({ length }, (_, batch) => {
          const random = new CounterRandom(WINDOWS_STREAM, seed, epoch, batch);
          return Int32Array.from({ length: batchSize }, () => random.integer(tokens - width));
        });
      const random = new CounterRandom(WINDOWS_STREAM, seed, epoch);
      const first = order === 'shuffled' ? random.integer(width) : 0;
      const starts = Int32Array.from({ length: windows }, (_, i) => first + i * width);
      if (order === 'shuffled') shuffleInPlace(starts, random);
      return Array.from({ length }, (_, i) => starts.subarray(i * batchSize, (i + 1) * batchSize));
    },
  };
}

/**
 * Windows of one long text for a language model, as nanoGPT draws them.
 *
 * @throws UserError for options out of range or a text that is too short.
 */
export function createWindowLoader(tokens: Int32Array, options: WindowOptions): TextLoader<WindowBatch> {
  const { width } = options;
  return loaderOf(planWindows(tokens.length, options), (starts) => {
    const ids = new Int32Array(starts.length * width);
    const targets = new Int32Array(starts.length * width);
    starts.forEach((start, i) => {
      ids.set(tokens.subarray(start, start + width), i * width);
      targets.set(tokens.subarray(start + 1, start + width + 1), i * width);
    });
    return { ids: idsTensor(ids, width), targets: idsTensor(targets, width), starts };
  });
}
