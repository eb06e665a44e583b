import * as tf from '@tensorflow/tfjs';
import { fusedKernels } from './kernels/fused.js';
import { isRecording, live, oncePerRecording } from './recording.js';

/** A 32-bit integer hash («lowbias32»): each bit of the input flips each bit of the output half of the time. */
export function hash32(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

let seed = 0;
let counter = 0;
let calls = 0;

/** The 32-bit key of (seed, counter). */
const currentKey = (): number => hash32(hash32(seed + 0x9e3779b9) ^ hash32(counter)) | 0;

/** What a graph computes for one position, in plain arithmetic: used where the backend has no kernel for it, and by the tests. */
export function uniformAt(key: number, salt: number, position: number): number {
  const salted = hash32(hash32(key) + salt);
  return (hash32((hash32(position + salted) ^ salted) >>> 0) >>> 8) * 2 ** -24;
}

/**
 * Counter-based random numbers: every number is a pure function of (seed, counter, call within the step, position), so a replayed step, a
 * resumed run and another order of evaluation all draw the same. The counter is the training step; `compile` moves it on after each call.
 */
export const random = {
  /** Starts over from a seed. */
  seed(value: number): void {
    seed = value | 0;
    counter = 0;
    calls = 0;
  },
  get counter(): number {
    return counter;
  },
  set counter(value: number) {
    counter = value;
    calls = 0;
  },
  /** Moves on to the next step. */
  advance(): void {
    counter++;
    calls = 0;
  },
  /** Float32 numbers in [0, 1), 24 random bits each. */
  uniform(shape: number[]): tf.Tensor {
    const salt = hash32(calls++ + 1) | 0;
    if (tf.getKernel(fusedKernels.randomUniform, tf.getBackend()) !== undefined) {
      const key = isRecording()
        ? oncePerRecording('random key', () => live(currentKey, 'int32'))
        : tf.scalar(currentKey(), 'int32');
      return tf.engine().runKernel(fusedKernels.randomUniform, { key }, { shape, salt });
    }
    const size = shape.reduce((product, d) => product * d, 1);
    const key = currentKey();
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => uniformAt(key, salt, i)),
      shape,
    );
  },
  /** True with probability p, as 0 and 1. */
  bernoulli(shape: number[], p: number): tf.Tensor {
    return tf.cast(tf.less(random.uniform(shape), p), 'float32');
  },
  /** Normal numbers of mean 0 and deviation 1 (Box and Muller 1958). */
  normal(shape: number[]): tf.Tensor {
    return tf.tidy(() => {
      const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, random.uniform(shape))), -2));
      return tf.mul(radius, tf.cos(tf.mul(random.uniform(shape), 2 * Math.PI)));
    });
  },
};
