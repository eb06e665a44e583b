// Which batches of an epoch make a step of the optimizer.
import * as tf from '@tensorflow/tfjs-core';

/** A batch with its place. */
export interface Placed<B> {
  batch: B;
  /** Its number in the epoch. */
  number: number;
  /** Whether a step of the optimizer ends with it. */
  completes: boolean;
}

/**
 * The batches of an epoch, each with whether it completes a step: batches of the same floor(number / accumulate) make one. The last step of an
 * epoch may have fewer, and so may one of whose batches some were left out because they are broken; such a step is taken like the others,
 * weighted by the samples it has. So no gradient is lost or carried over: between two steps, where checkpoints are written, there is none.
 *
 * @param from the number of the first batch; `length`: those from here on are left out.
 */
export async function* inSteps<B extends { number?: number }>(
  batches: AsyncIterable<B>,
  { from, length, accumulate }: { from: number; length: number; accumulate: number },
): AsyncGenerator<Placed<B>, void, void> {
  const iterator = batches[Symbol.asyncIterator]();
  const stepOf = (number: number) => Math.floor(number / accumulate);
  try {
    let expected = from;
    let next = await iterator.next();
    while (next.done !== true) {
      const batch = next.value;
      const number = batch.number ?? expected;
      if (number >= length) return;
      expected = number + 1;
      if (expected === length || stepOf(expected) !== stepOf(number)) {
        yield { batch, number, completes: true };
        next = await iterator.next();
        continue;
      }
      // Which of a step's batches is the last that can be read shows only when the next one is there, and then the loader disposes this one.
      const held = cloned(batch);
      try {
        next = await iterator.next();
        const following = next.done === true ? length : (next.value.number ?? expected);
        yield { batch: held, number, completes: following >= length || stepOf(following) !== stepOf(number) };
      } finally {
        tf.dispose(held);
      }
    }
  } finally {
    await iterator.return?.();
  }
}

/** The batch with tensors of its own over the same memory. */
function cloned<B extends object>(batch: B): B {
  const own = (value: unknown): unknown =>
    value instanceof tf.Tensor
      ? value.clone()
      : Array.isArray(value) && value[0] instanceof tf.Tensor
        ? value.map(own)
        : value;
  return { ...batch, ...Object.fromEntries(Object.entries(batch).map(([key, value]) => [key, own(value)])) };
}
