import * as tf from '@tensorflow/tfjs-core';
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
/** Draws since the counter moved, or since the compiled call began that is running. */
let calls = 0;
/** Draws that the counter had seen before that call. */
let before = 0;

/** The 32-bit key of (seed, counter), and of what was drawn before a compiled call. */
const currentKey = (): number =>
  (hash32(hash32(seed + 0x9e3779b9) ^ hash32(counter)) ^ (before === 0 ? 0 : hash32(before))) | 0;

/**
 * What a graph computes for one position, in plain arithmetic: used where the backend has no kernel for it, and by the tests. Key and salt
 * make the 64 bits that tell a stream from every other.
 */
export function uniformAt(key: number, salt: number, position: number): number {
  const hashed = hash32(key);
  const salted = hash32(hashed + salt);
  return (hash32(hash32(position + salted) ^ (salted + hashed)) >>> 8) * 2 ** -24;
}

/** What `random.uniform` uses at the n-th draw (from 0) of a step: for tests and for other implementations. */
export const saltOf = (draw: number): number => hash32(draw + 1) | 0;
export { currentKey as randomKey };

// Polynomial of M. Giles, «Approximating the erfinv function» (2010), for arguments whose w = −ln(1 − x²) is under 5.
const ERFINV = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3, 2.46640727e-1, 1.50140941,
] as const; // biome-ignore format: a table
/** erf(√2): how much of the normal distribution lies within two deviations. */
const WITHIN_TWO = 0.9544997361036416;

/**
 * Counter-based random numbers: every number is a pure function of (seed, counter, draw within the step, position), so a replayed step, a
 * resumed run and another order of evaluation all draw the same. The counter is the training step; `compile` moves it on after each call.
 * Positions count along the memory, so a larger batch begins with the numbers of a smaller one.
 */
export const random = {
  /** Starts over from a seed. */
  seed(value: number): void {
    seed = value | 0;
    random.counter = 0;
  },
  get counter(): number {
    return counter;
  },
  set counter(value: number) {
    counter = value;
    calls = 0;
    before = 0;
  },
  /** Draws so far under this counter. Set back, the same numbers are drawn again: what a backward pass computes a second time needs that. */
  get draws(): number {
    return calls;
  },
  set draws(value: number) {
    calls = value;
  },
  /** Moves on to the next step. */
  advance(): void {
    random.counter = counter + 1;
  },
  /**
   * One compiled call: its draws count from 0, whatever was drawn before under the same counter, and are other numbers than those. Moves on
   * afterwards; where fn throws it is as if nothing had been drawn.
   */
  call<T>(fn: () => T): T {
    const start = { calls, before };
    before += calls;
    calls = 0;
    try {
      const result = fn();
      random.advance();
      return result;
    } catch (error) {
      ({ calls, before } = start);
      throw error;
    }
  },
  /** Float32 numbers in [0, 1), 24 random bits each. */
  uniform(shape: number[]): tf.Tensor {
    const salt = saltOf(calls++);
    if (tf.getKernel(fusedKernels.randomUniform, tf.getBackend()) !== undefined) {
      const draw = (key: tf.Scalar): tf.Tensor =>
        tf.engine().runKernel(fusedKernels.randomUniform, { key }, { shape, salt });
      if (isRecording()) return draw(oncePerRecording('random key', () => live(currentKey, 'int32')));
      return tf.tidy(() => draw(tf.scalar(currentKey(), 'int32')));
    }
    const size = shape.reduce((product, d) => product * d, 1);
    const key = currentKey();
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => uniformAt(key, salt, i)),
      shape,
    );
  },
  /** 1 with probability p, else 0. */
  bernoulli(shape: number[], p: number): tf.Tensor {
    return tf.tidy(() => tf.cast(tf.less(random.uniform(shape), p), 'float32'));
  },
  /** Normal numbers of mean 0 and deviation 1 (Box and Muller 1958). */
  normal(shape: number[]): tf.Tensor {
    return tf.tidy(() => {
      const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, random.uniform(shape))), -2));
      return tf.mul(radius, tf.cos(tf.mul(random.uniform(shape), 2 * Math.PI)));
    });
  },
  /** Normal numbers of mean 0 and deviation 1 before what lies outside of [−2, 2] was left out (their deviation is 0.8796). */
  truncatedNormal(shape: number[]): tf.Tensor {
    return tf.tidy(() => {
      // The middle of each of the 2²⁴ cells, so that the distribution is symmetric.
      const x = tf.mul(tf.sub(random.uniform(shape), 0.5 - 2 ** -25), 2 * WITHIN_TWO);
      const w = tf.sub(tf.neg(tf.log(tf.sub(1, tf.square(x)))), 2.5);
      const polynomial = ERFINV.slice(1).reduce<tf.Tensor>(
        (sum, c) => tf.add(tf.mul(sum, w), c),
        tf.fill([], ERFINV[0]),
      );
      return tf.mul(tf.mul(x, polynomial), Math.SQRT2);
    });
  },
  /** 0 … n − 1 in random order, int32: the order of n uniform numbers (equal ones, rare below n = 4,000, keep theirs). */
  permutation(n: number): tf.Tensor1D {
    return tf.tidy(() => tf.topk(random.uniform([n]) as tf.Tensor1D, n).indices);
  },
};
