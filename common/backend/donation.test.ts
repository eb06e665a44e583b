import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnnxBackend } from './backend.js';
import { compile, engineStats, random } from './index.js';

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
/** The array behind a tensor: equal for two tensors only if they lie in the same memory. */
const memory = (tensor: tf.Tensor) => (tf.backend() as OnnxBackend).entry(tensor.dataId).storage?.data;
/** A tensor in the engine's own memory, with a value of its own. */
const computed = (...numbers: number[]) => {
  const tensor = tf.tidy(() => tf.add(tf.tensor1d(numbers), 0));
  tensor.dataSync();
  return tensor;
};

beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

describe('compile: donate', () => {
  it('writes a result over an argument that only it is computed from, element by element', () => {
    const step = compile((m: tf.Tensor, g: tf.Tensor) => tf.add(tf.mul(m, 0.5), g), { donate: [0] });
    let m: tf.Tensor = computed(1, 2, 3);
    const at = memory(m);
    const g = tf.tensor1d([10, 20, 30]);
    const { bytes } = engineStats();
    for (const wanted of [
      [10.5, 21, 31.5],
      [15.25, 30.5, 45.75],
    ]) {
      m = step(m, g);
      expect(values(m)).toEqual(wanted);
      expect(memory(m)).toBe(at);
      // The result is where the argument was: no byte more is held.
      expect(engineStats().bytes).toBe(bytes);
    }
    expect(values(g)).toEqual([10, 20, 30]);
  });

  it('gives the memory to the next call where the argument may still be read', () => {
    const step = compile((x: tf.Tensor2D) => tf.softmax(tf.matMul(x, x)), { donate: [0] });
    let x = tf.reshape(computed(1, 2, 3, 4), [2, 2]) as tf.Tensor2D;
    x = step(x) as tf.Tensor2D;
    const seen = new Set<unknown>();
    for (let i = 0; i < 8; i++) {
      x = step(x) as tf.Tensor2D;
      seen.add(memory(x));
    }
    expect(seen.size).toBe(2);
    const plain = compile((v: tf.Tensor2D) => tf.softmax(tf.matMul(v, v)));
    let y = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    for (let i = 0; i < 9; i++) y = plain(y) as tf.Tensor2D;
    expect(values(x)).toEqual(values(y));
  });

  it('names the argument where it is used later', () => {
    const step = compile(({ state, x }: { state: { m: tf.Tensor }; x: tf.Tensor }) => tf.add(state.m, x), {
      name: 'step',
      donate: ['state'],
    });
    const state = { m: computed(1, 2) };
    const x = tf.tensor1d([1, 1]);
    step({ state, x });
    const told = 'arguments[0].state.m was donated to step: its memory is gone';
    expect(state.m.isDisposed).toBe(true);
    expect(() => state.m.dataSync()).toThrow(told);
    expect(() => tf.add(state.m, 1)).toThrow(told);
    expect(() => tf.reshape(state.m, [2, 1])).toThrow(told);
    expect(() => state.m.clone()).toThrow(told);
    expect(() => step({ state, x })).toThrow(told);
    expect(() => compile((v: tf.Tensor) => tf.add(v, 1))(state.m)).toThrow(told);
    tf.dispose(state);
    expect(values(x)).toEqual([1, 1]);
  });

  it('never writes over what the caller can still see', () => {
    const step = compile((x: tf.Tensor) => tf.mul(x, 2), { donate: [0] });
    const array = Float32Array.of(1, 2);
    expect(values(step(tf.tensor1d(array)))).toEqual([2, 4]);
    expect(Array.from(array)).toEqual([1, 2]);
    const x = computed(3, 4);
    const clone = x.clone();
    const lazy = tf.add(x, 0.5);
    expect(values(step(x))).toEqual([6, 8]);
    expect([values(clone), values(lazy)]).toEqual([[3, 4], [3.5, 4.5]]); // biome-ignore format: pairs
    // A tensor that another recording holds as a constant.
    const table = computed(5, 6);
    const reads = compile((v: tf.Tensor) => tf.add(v, table));
    const zero = tf.tensor1d([0, 0]);
    expect(values(reads(zero))).toEqual([5, 6]);
    for (let y = step(table), i = 0; i < 4; i++) y = step(y);
    expect(() => reads(zero)).toThrow('was donated');
    const [read] = [computed(7, 8)];
    const numbers = read.dataSync();
    step(read);
    expect(Array.from(numbers)).toEqual([7, 8]);
  });

  it('returns an argument that it was given, and stores it in a variable', () => {
    const v = tf.variable(tf.zeros([2]));
    const step = compile(
      (x: tf.Tensor, y: tf.Tensor) => {
        v.assign(tf.mul(x, 10));
        return { x, y: tf.neg(y) };
      },
      { donate: [0, 1] },
    );
    let [x, y] = [computed(1, 2) as tf.Tensor, computed(3, 4) as tf.Tensor];
    for (let i = 0; i < 4; i++) {
      ({ x, y } = step(x, y));
      expect([values(x), values(v), values(y)]).toEqual([[1, 2], [10, 20], i % 2 === 0 ? [-3, -4] : [3, 4]]); // biome-ignore format: triples
    }
  });

  it('refuses variables, the same tensor twice, and names that are not there', () => {
    const step = compile((a: tf.Tensor, { b }: { b: tf.Tensor }) => tf.add(a, b), { name: 'step', donate: ['b'] });
    const v = tf.variable(tf.tensor1d([1]));
    expect(() => step(computed(1), { b: v })).toThrow('arguments[1].b of step is the variable');
    const same = computed(1);
    expect(() => step(same, { b: same })).toThrow(
      'arguments[1].b of step is donated, and the same tensor is another argument too',
    );
    expect(values(same)).toEqual([1]);
    const wrong = (donate: (string | number)[]) => () =>
      compile((state: { mean: tf.Tensor }) => tf.neg(state.mean), { name: 'step', donate })({ mean: same });
    expect(wrong(['maen'])).toThrow(/"maen".*Did you mean "mean"\?.*arguments\[0\]\.mean/);
    expect(wrong([1])).toThrow('argument 1');
    expect(values(same)).toEqual([1]);
  });

  it('leaves arguments that were not written over where the call fails', () => {
    const step = compile(
      (x: tf.Tensor2D, m: tf.Tensor, i: tf.Tensor1D) => ({ rows: tf.gather(x, i), m: tf.add(m, 1) }),
      {
        name: 'step',
        donate: [0, 1],
      },
    );
    const x = tf.reshape(computed(1, 2, 3, 4), [2, 2]) as tf.Tensor2D;
    const m = computed(1, 2);
    expect(() => step(x, m, tf.tensor1d([9], 'int32'))).toThrow('Gather');
    expect(values(x)).toEqual([1, 2, 3, 4]);
    expect(() => m.dataSync()).toThrow('was donated to step, which failed');
    expect(values(step(x, computed(1, 2), tf.tensor1d([1], 'int32')).rows)).toEqual([3, 4]);
  });

  it('has no effect inside another compiled function and under tf.grad', () => {
    const inner = compile((x: tf.Tensor) => tf.square(x), { donate: [0] });
    const x = computed(3);
    expect(values(compile((v: tf.Tensor) => tf.add(inner(v), v))(x))).toEqual([12]);
    expect(values(tf.grad((v) => tf.sum(inner(v)))(x))).toEqual([6]);
    expect(values(x)).toEqual([3]);
  });

  it('changes no number: twenty chains of operators, with and without', () => {
    const w = random.normal([8, 8]) as tf.Tensor2D;
    const filter = random.normal([3, 3, 8, 8]) as tf.Tensor4D;
    const links: ((x: tf.Tensor, other: tf.Tensor) => tf.Tensor)[] = [
      (x, o) => tf.add(x, o),
      (x, o) => tf.add(tf.reshape(tf.matMul(tf.reshape(o, [-1, 8]) as tf.Tensor2D, w), x.shape), x),
      (x, o) =>
        tf.sub(tf.reshape(tf.conv2d(tf.reshape(o, [2, 4, 4, 8]) as tf.Tensor4D, filter, 1, 'same'), x.shape), x),
      (x, o) => tf.mul(x, tf.mean(o, -1, true)),
      (x) => tf.square(x),
      (x) => tf.neg(x),
      (x, o) => tf.relu(tf.add(o, x)),
      (x) => tf.mul(x, tf.sigmoid(x)),
      (x, o) => tf.div(x, tf.add(tf.abs(o), 1)),
      (x) => tf.sub(x, tf.mean(x, -1, true)),
    ];
    const shape = [32, 8];
    for (let chain = 0; chain < 20; chain++) {
      const picked = [chain % links.length, (chain * 3 + 1) % links.length, (chain * 7 + 4) % links.length];
      const fn = (x: tf.Tensor, o: tf.Tensor) => picked.reduce((y, i) => links[i]?.(y, o) ?? y, x);
      const [plain, donating] = [compile(fn), compile(fn, { donate: [0] })];
      tf.tidy(() => {
        const other = random.normal(shape);
        let [x, y] = [tf.add(random.normal(shape), 0), tf.zeros(shape)];
        y = tf.add(x, 0);
        for (let i = 0; i < 3; i++) [x, y] = [plain(x, other), donating(y, other)];
        expect(values(y)).toEqual(values(x));
      });
      plain.dispose();
      donating.dispose();
    }
  });
});
