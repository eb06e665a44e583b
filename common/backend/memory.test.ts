import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile, configureEngine, engineStats } from './index.js';

// tf.tidy, keep, dispose and tf.memory() as tfjs documents them, on operators that are only noted when they are called.

configureEngine({ threads: 1 });

const state = () => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return { numTensors, numDataBuffers, numBytes, held: tf.backend().numDataIds() };
};
const clean = () => ({ ...state(), bytes: engineStats().bytes, pending: engineStats().pending });
let before: ReturnType<typeof clean>;
beforeEach(() => {
  before = clean();
});
afterEach(() => expect(clean()).toEqual(before));

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('memory', () => {
  it('tidy frees what is made inside, except what is returned or kept, evaluated or not', () => {
    let kept: tf.Tensor | undefined;
    let lost: tf.Tensor | undefined;
    const y = tf.tidy(() => {
      const x = tf.tensor1d([1, 2, 3]);
      kept = tf.keep(tf.mul(x, 10));
      lost = tf.mul(x, 3);
      expect(values(lost)).toEqual([3, 6, 9]);
      return tf.add(x, tf.square(tf.square(x)));
    });
    expect(lost?.isDisposed).toBe(true);
    expect(state().numTensors).toBe(before.numTensors + 2);
    expect(values(y)).toEqual([2, 18, 84]);
    expect(values(kept ?? y)).toEqual([10, 20, 30]);
    tf.dispose([y, kept ?? y]);
  });

  it('a tensor may be disposed before what was computed of it is read', () => {
    const x = tf.tensor1d([1, 2]);
    const y = tf.mul(x, 2);
    x.dispose();
    const z = tf.add(y, 1);
    y.dispose();
    expect(values(z)).toEqual([3, 5]);
    expect(() => tf.add(x, 1)).toThrow(/disposed/);
    z.dispose();
    expect(() => z.dispose()).not.toThrow();
  });

  it('what nobody looks at is never computed', () => {
    const x = tf.tensor1d([1, 2]);
    const { runs } = engineStats();
    for (let i = 0; i < 100; i++) tf.exp(x).dispose();
    expect(engineStats().runs).toBe(runs);
    expect(engineStats().pending).toBe(before.pending);
    x.dispose();
  });

  it('views share their data until the last of them is disposed', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const { numDataBuffers } = tf.memory();
    const [flat, copy] = [tf.reshape(x, [4]), tf.clone(x)];
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    x.dispose();
    expect(values(flat)).toEqual([1, 2, 3, 4]);
    flat.dispose();
    expect(values(copy)).toEqual([1, 2, 3, 4]);
    copy.dispose();
  });

  it('tidy frees what was made before an error, and scopes nest', () => {
    const failing = () =>
      tf.tidy(() => {
        tf.tidy(() => tf.add(tf.ones([3]), 1));
        tf.ones([4]);
        throw new Error('on purpose');
      });
    expect(failing).toThrow('on purpose');
    const inner = tf.tidy(() => tf.tidy(() => tf.tidy(() => tf.range(0, 3))));
    expect(values(inner)).toEqual([0, 1, 2]);
    inner.dispose();
  });

  it('variables live beyond tidy; assigning keeps one buffer', () => {
    const v = tf.tidy(() => tf.variable(tf.zeros([8])));
    const { numDataBuffers, numBytes } = tf.memory();
    for (let i = 0; i < 5; i++) tf.tidy(() => v.assign(tf.add(v, 1)));
    expect(values(v)).toEqual(new Array(8).fill(5));
    expect(tf.memory()).toMatchObject({ numDataBuffers, numBytes });
    v.dispose();
  });

  it('gradients leave only gradients', () => {
    const w = tf.tidy(() => tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2])));
    const { numTensors } = tf.memory();
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.matMul(w as tf.Tensor2D, w as tf.Tensor2D))));
    expect(tf.memory().numTensors).toBe(numTensors + 2);
    tf.dispose([value, grads, w] as tf.TensorContainer);
  });

  it('tf.profile counts new tensors and bytes', async () => {
    const profile = await tf.profile(() => tf.tidy(() => tf.add(tf.ones([256]), 1)));
    expect(profile.newTensors).toBe(1);
    expect(profile.newBytes).toBe(1024);
    tf.dispose(profile.result);
  });

  it('compiled functions return tensors that tidy frees and keep nothing else', () => {
    const f = compile((x: tf.Tensor) => ({ a: tf.add(x, 1), b: [tf.mul(x, 2)] }));
    const x = tf.ones([16]);
    for (let i = 0; i < 3; i++) tf.tidy(() => values(f(x).a));
    expect(tf.memory().numTensors).toBe(before.numTensors + 1);
    x.dispose();
    f.dispose();
  });
});
