import type * as tf from '@tensorflow/tfjs-core';

type See = (weights_BhTS: tf.Tensor) => void;

let observer: See | undefined;

/**
 * While `run` runs, `see` is shown the weights [B, h, T, S] of every attention, in the order of the calls, before dropout. Training pays nothing for it:
 * nobody looks then. What a compiled function replays is not seen; call the model itself.
 */
export function observeAttention<T>(see: See, run: () => T): T {
  const outer = observer;
  observer = see;
  try {
    return run();
  } finally {
    observer = outer;
  }
}

/** For attention layers: shows the weights to who looks. */
export function showWeights(weights_BhTS: tf.Tensor): void {
  observer?.(weights_BhTS);
}
