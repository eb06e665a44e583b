import * as tf from '@tensorflow/tfjs-core';
import '../../../backend/index.js'; // the engine: without it there is nothing to hold a tensor
import { UserError } from '../../../utils/index.js';

/** Makes batches of an epoch; the counterpart of the image loader for texts. */
export interface TextLoader<B> {
  /** Batches an epoch. */
  readonly length: number;
  /**
   * The batches of an epoch from number `from` on. They are a pure function of (options, epoch, number). A batch's tensors are valid until
   * the next one is asked for. One epoch at a time: a new one ends the one before.
   */
  batches(epoch: number, from?: number): AsyncIterableIterator<B>;
  close(): Promise<void>;
}

/** A loader of what `make` makes of each planned batch. */
export function loaderOf<P, B extends object>(
  plan: { readonly length: number; batches(epoch: number): readonly P[] },
  make: (planned: P) => B,
): TextLoader<B> {
  let iteration = 0;
  let closed = false;
  return {
    length: plan.length,
    async *batches(epoch, from = 0) {
      expectWhole('epoch', epoch);
      expectWhole('from', from);
      const mine = ++iteration;
      const planned = plan.batches(epoch);
      for (let number = from; number < planned.length; number++) {
        if (closed) throw new Error('the loader is closed');
        if (mine !== iteration) throw new Error('another epoch of this loader has begun');
        yield* lend(make(planned[number]!));
      }
    },
    async close() {
      closed = true;
    },
  };
}

/** Gives a batch out and disposes its tensors when the next one is asked for, or the caller leaves the loop. */
export function* lend<B extends object>(batch: B): Generator<B> {
  try {
    yield batch;
  } finally {
    for (const value of Object.values(batch)) if (value instanceof tf.Tensor) value.dispose();
  }
}

export function expectWhole(option: string, value: number, least = 0): void {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`text loader: ${option} is ${value}; it must be a whole number, ${least} or more`);
}
