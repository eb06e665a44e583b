import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterStep, compile, engineStats, isRecording, live } from './index.js';

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

// Every test must leave as many tensors behind as it found.
let tensors = 0;
beforeEach(() => {
  tf.engine().startScope();
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
  expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors);
  vi.restoreAllMocks();
});

/** fn with a count of how often it was traced. */
function counted<A extends unknown[], R>(fn: (...args: A) => R) {
  const counter = { records: 0 };
  const compiled = compile((...args: A): R => {
    counter.records++;
    return fn(...args);
  });
  return Object.assign(compiled, { counter });
}

describe('compile: recordings', () => {
  it('records once a signature and replays', () => {
    const f = counted((x: tf.Tensor) => tf.mul(x, 2));
    expect(values(f(tf.tensor1d([1, 2])))).toEqual([2, 4]);
    const { compiles } = engineStats();
    expect(values(f(tf.tensor1d([3, 5])))).toEqual([6, 10]);
    expect(engineStats().compiles).toBe(compiles);
    expect(f.counter.records).toBe(1);
    expect(values(f(tf.tensor1d([3, 5, 7])))).toEqual([6, 10, 14]);
    expect(values(f(tf.tensor1d([3, 5], 'int32')))).toEqual([6, 10]);
    expect(values(f(tf.tensor2d([[3, 5]])))).toEqual([6, 10]);
    expect(f.counter.records).toBe(4);
    expect(f.graphs().length).toBe(4);
    expect(f.graphs()[0]).toMatchInlineSnapshot(`
      "graph(in0: float32[2])
        %0 = Fill() {value: 2} : float32[]
        %1 = Mul(in0, %0) : float32[2]
        return %1"
    `);
  });

  it('takes and gives nested values', () => {
    const f = counted(({ a, rest }: { a: tf.Tensor; rest: [tf.Tensor, { b: tf.Tensor }] }) => ({
      sum: tf.add(a, rest[0]),
      list: [tf.mul(a, rest[1].b), [a]] as const,
      note: 'as recorded',
      nothing: null,
    }));
    for (const k of [1, 10]) {
      const out = f({ a: tf.scalar(k), rest: [tf.scalar(2), { b: tf.scalar(3) }] });
      expect(values(out.sum)).toEqual([k + 2]);
      expect(values(out.list[0])).toEqual([3 * k]);
      expect(values(out.list[1][0])).toEqual([k]);
      expect([out.note, out.nothing]).toEqual(['as recorded', null]);
    }
    expect(f.counter.records).toBe(1);
  });

  it('has the values of numbers, strings and booleans in the signature', () => {
    const f = counted((x: tf.Tensor, how: { times: number; negate: boolean; name: string } | null) =>
      how === null ? x : tf.mul(x, how.negate ? -how.times : how.times),
    );
    const x = tf.scalar(2);
    expect(values(f(x, { times: 3, negate: false, name: 'a' }))).toEqual([6]);
    expect(values(f(x, { times: 3, negate: true, name: 'a' }))).toEqual([-6]);
    expect(values(f(x, { times: 4, negate: true, name: 'a' }))).toEqual([-8]);
    expect(values(f(x, null))).toEqual([2]);
    expect(values(f(x, { times: Number.POSITIVE_INFINITY, negate: false, name: 'a' }))).toEqual([
      Number.POSITIVE_INFINITY,
    ]);
    expect(values(f(x, { times: Number.NaN, negate: false, name: 'a' }))[0]).toBeNaN();
    expect(values(f(x, { times: Number.NEGATIVE_INFINITY, negate: false, name: 'a' }))).toEqual([
      Number.NEGATIVE_INFINITY,
    ]);
    expect(f.counter.records).toBe(7);
    f(x, { times: 4, negate: true, name: 'a' });
    f(x, { times: Number.NaN, negate: false, name: 'a' });
    expect(f.counter.records).toBe(7);
  });

  it('refuses arguments that have no signature', () => {
    const f = compile((x: unknown) => tf.scalar(x instanceof Date ? 1 : 0));
    expect(() => f(new Date())).toThrow('takes tensors, numbers, strings, booleans');
    expect(() => f(() => 1)).toThrow('takes tensors, numbers');
  });

  it.each([
    ['randomUniform', () => tf.randomUniform([4])],
    ['randomNormal', () => tf.randomNormal([2, 2])],
    ['truncatedNormal', () => tf.truncatedNormal([3])],
    ['randomUniform', () => tf.dropout(tf.ones([8]), 0.5)],
  ])('refuses tf.%s, whose numbers would be frozen (%#)', (op, draw) => {
    const f = compile((x: tf.Tensor) => tf.add(tf.sum(draw()), x), { name: 'step' });
    expect(() => f(tf.scalar(1))).toThrow(`tf.${op} inside step: its numbers are drawn once`);
    expect(values(tf.sum(tf.zerosLike(draw())))).toEqual([0]);
  });

  it('refuses asynchronous functions', () => {
    expect(() => compile(async () => tf.scalar(1), { name: 'step' })).toThrow('step is asynchronous');
    const f = compile((x: tf.Tensor) => x.data(), { name: 'reads' });
    expect(() => f(tf.scalar(1))).toThrow('reads is asynchronous');
  });

  it('runs a compiled function inside another as a part of it', () => {
    const inner = counted((x: tf.Tensor) => tf.square(x));
    const outer = counted((x: tf.Tensor) => tf.add(inner(x), inner(tf.add(x, 1))));
    const { compiles } = engineStats();
    expect(values(outer(tf.scalar(3)))).toEqual([25]);
    expect(values(outer(tf.scalar(4)))).toEqual([41]);
    expect(engineStats().compiles).toBe(compiles + 1);
    expect(outer.counter.records).toBe(1);
    expect(inner.graphs().length).toBe(0);
    expect(isRecording()).toBe(false);
  });

  it('takes gradients inside, and is differentiable where it is called under tf.grad', () => {
    const g = compile((x: tf.Tensor) => tf.grad((v) => tf.sum(tf.mul(v, tf.square(v))))(x));
    expect(values(g(tf.tensor1d([1, 2])))).toEqual([3, 12]);
    expect(values(g(tf.tensor1d([3, 4])))).toEqual([27, 48]);
    const cube = compile((x: tf.Tensor) => tf.mul(x, tf.square(x)));
    cube(tf.tensor1d([1, 2]));
    expect(values(tf.grad((x) => tf.sum(cube(x)))(tf.tensor1d([1, 2])))).toEqual([3, 12]);
  });

  it('lets tidy and keep be used inside', () => {
    const f = compile((x: tf.Tensor) =>
      tf.tidy(() => {
        const kept = tf.keep(tf.add(x, 1));
        const y = tf.tidy(() => tf.mul(kept, tf.add(x, 2)));
        kept.dispose();
        return y;
      }),
    );
    expect(values(f(tf.scalar(1)))).toEqual([6]);
    expect(values(f(tf.scalar(2)))).toEqual([12]);
    let leaked: tf.Tensor | undefined;
    const leak = compile((x: tf.Tensor) => {
      leaked ??= tf.keep(tf.add(x, 1));
      return tf.add(leaked, 1);
    });
    expect(values(leak(tf.scalar(1)))).toEqual([3]);
    expect(() => leaked?.dataSync()).toThrow('while a function is recorded its tensors have no values');
    expect(() => compile((x: tf.Tensor) => tf.add(x, leaked ?? x))(tf.scalar(1))).toThrow('earlier recording');
    leaked?.dispose();
  });

  it('returns a tensor that appears twice as one', () => {
    const f = compile((x: tf.Tensor) => {
      const y = tf.add(x, 1);
      return { y, again: y };
    });
    const before = tf.memory().numTensors;
    const out = f(tf.scalar(1));
    expect(out.y).toBe(out.again);
    // One result, and the argument.
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('returns bool, int32, empty and reshaped tensors as they are', () => {
    const f = compile((x: tf.Tensor1D) => ({
      bool: tf.greater(x, 1),
      int: tf.cast(x, 'int32'),
      empty: tf.slice(x, [0], [0]),
      reshaped: tf.reshape(tf.exp(tf.sub(x, x)), [1, 3, 1]),
      constant: tf.tensor1d([7, 8, 9]),
    }));
    for (let call = 0; call < 2; call++) {
      const out = f(tf.tensor1d([0, 1, 2]));
      expect([out.bool.dtype, values(out.bool)]).toEqual(['bool', [0, 0, 1]]);
      expect([out.int.dtype, values(out.int)]).toEqual(['int32', [0, 1, 2]]);
      expect([out.empty.shape, values(out.empty)]).toEqual([[0], []]);
      expect([out.reshaped.shape, values(out.reshaped)]).toEqual([
        [1, 3, 1],
        [1, 1, 1],
      ]);
      expect(values(out.constant)).toEqual([7, 8, 9]);
    }
  });

  it('takes pending, reshaped, repeated and foreign tensors as arguments', () => {
    const f = counted((a: tf.Tensor, b: tf.Tensor) => tf.sub(tf.mul(a, 2), b));
    const lazy = tf.add(tf.tensor1d([1, 2, 3, 4]), 1);
    expect(values(f(tf.reshape(lazy, [2, 2]), tf.ones([2, 2])))).toEqual([3, 5, 7, 9]);
    const same = tf.tensor2d([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    expect(values(f(same, same))).toEqual([1, 2, 3, 4]);
    expect(values(f(tf.zeros([2, 2]), tf.zeros([2, 2])))).toEqual([-0, -0, -0, -0].map(() => 0));
    expect(f.counter.records).toBe(1);
    const gone = tf.zeros([2, 2]);
    gone.dispose();
    expect(() => f(same, gone)).toThrow('disposed');
  });

  it('warns once of a storm, naming what changed', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const train = compile((batch: { image: tf.Tensor }, rate: number) => tf.mul(batch.image, rate), { name: 'train' });
    for (let i = 1; i <= 20; i++) train({ image: tf.zeros([i, 2]) }, 0.5);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('train was recorded 17 times');
    expect(warn.mock.calls[0]?.[0]).toContain('arguments[0].image: float32[16,2] → float32[17,2].');
    expect(warn.mock.calls[0]?.[0]).not.toContain('arguments[1]');
  });

  it('keeps as many recordings as it is told, those used last', () => {
    const f = Object.assign(compile((x: tf.Tensor) => tf.exp(x), { keep: 2 }));
    const call = (n: number) => expect(values(f(tf.zeros([n])))).toEqual(Array.from({ length: n }, () => 1));
    const { compiles } = engineStats();
    for (const n of [1, 2, 1, 3]) call(n);
    expect(f.graphs().length).toBe(2);
    expect(engineStats().compiles).toBe(compiles + 3);
    call(1);
    expect(engineStats().compiles).toBe(compiles + 3);
    call(2);
    expect(engineStats().compiles).toBe(compiles + 4);
  });

  it('runs functions of no tensors', () => {
    let runs = 0;
    const f = compile((x: tf.Tensor) => {
      afterStep(() => runs++);
      return `rank ${x.rank}`;
    });
    expect([f(tf.scalar(1)), f(tf.scalar(2)), f(tf.zeros([2]))]).toEqual(['rank 0', 'rank 0', 'rank 1']);
    expect(runs).toBe(3);
  });

  it('counts compiles, hits, runs and bytes', () => {
    const before = engineStats();
    const x = tf.zeros([1000]);
    expect(engineStats().bytes).toBe(before.bytes + 4000);
    const f = compile((v: tf.Tensor) => tf.exp(v));
    for (let i = 0; i < 5; i++) f(x).dispose();
    const now = engineStats();
    expect([now.compiles - before.compiles, now.runs - before.runs]).toEqual([1, 5]);
    expect(now.compileMs).toBeGreaterThan(before.compileMs);
    expect(now.runMs).toBeGreaterThan(before.runMs);
    expect(now.bytes).toBe(before.bytes + 4000);
    f.dispose();
    expect(values(f(x)).length).toBe(1000);
  });

  it('names the operator that ONNX Runtime refuses, and stays usable', () => {
    const v = tf.variable(tf.scalar(1));
    const f = compile((x: tf.Tensor2D, i: tf.Tensor1D) => {
      v.assign(tf.add(v, 1));
      return tf.gather(x, i);
    });
    const x = tf.tensor2d([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    const before = tf.memory().numTensors;
    expect(() => f(x, tf.tensor1d([7], 'int32'))).toThrow(
      /^Gather\(float32\[2,2\], int32\[1\]\) failed: indices element out of data bounds/,
    );
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(values(v)).toEqual([1]);
    expect(values(f(x, tf.tensor1d([1], 'int32')))).toEqual([3, 4]);
    expect(values(v)).toEqual([2]);
  });
});

describe('compile: live values', () => {
  it('reads them before every run', () => {
    let rate = 1;
    const f = counted((x: tf.Tensor) =>
      tf.mul(
        x,
        live(() => rate),
      ),
    );
    expect(values(f(tf.scalar(10)))).toEqual([10]);
    rate = 0.5;
    expect(values(f(tf.scalar(10)))).toEqual([5]);
    expect(f.counter.records).toBe(1);
    expect(values(live(() => 3, 'int32'))).toEqual([3]);
  });

  it('keeps int32 whole', () => {
    const n = 2 ** 31 - 1;
    const f = compile(() => live(() => n, 'int32'));
    expect(values(f())).toEqual([n]);
  });

  it('runs afterStep after every run, and at once outside', () => {
    const log: string[] = [];
    const v = tf.variable(tf.scalar(0));
    const f = compile(() => {
      afterStep(() => log.push(`after ${values(v)[0]}`));
      log.push('recorded');
      v.assign(tf.add(v, 1));
    });
    f();
    f();
    f();
    expect(log).toEqual(['recorded', 'after 1', 'after 2', 'after 3']);
    afterStep(() => log.push('now'));
    expect(log.at(-1)).toBe('now');
  });
});

describe('compile: variables', () => {
  it('uses the values of the call and stores what is assigned', () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const step = counted((x: tf.Tensor) => {
      const y = tf.mul(v, x);
      v.assign(tf.add(v, 1));
      return tf.stack([y, v]);
    });
    expect(values(step(tf.scalar(10)))).toEqual([10, 20, 2, 3]);
    expect(values(step(tf.scalar(10)))).toEqual([20, 30, 3, 4]);
    v.assign(tf.tensor1d([100, 200]));
    expect(values(step(tf.scalar(10)))).toEqual([1000, 2000, 101, 201]);
    v.assign(tf.add(v, 1));
    expect(values(step(tf.scalar(1)))).toEqual([102, 202, 103, 203]);
    expect(values(v)).toEqual([103, 203]);
    expect(step.counter.records).toBe(1);
  });

  it('knows variables that began as zeros and ones by their values, not by that', () => {
    const [zero, one] = [tf.variable(tf.zeros([3])), tf.variable(tf.ones([3]))];
    const f = compile((x: tf.Tensor) => {
      const y = tf.add(tf.mul(x, one), zero);
      zero.assign(tf.add(zero, 1));
      one.assign(tf.mul(one, 2));
      return y;
    });
    const x = tf.tensor1d([1, 2, 3]);
    expect(values(f(x))).toEqual([1, 2, 3]);
    expect(values(f(x))).toEqual([3, 5, 7]);
    expect(values(f(x))).toEqual([6, 10, 14]);
  });

  it('tells variables apart that were made of or assigned the same tensor', () => {
    const start = tf.tensor1d([1, 2]);
    const [a, b, c] = [tf.variable(start), tf.variable(start), tf.variable(tf.zeros([2]))];
    c.assign(a);
    const f = compile(() => {
      a.assign(tf.add(a, 10));
      b.assign(tf.mul(b, 2));
      return tf.stack([a, b, c, start]);
    });
    expect(values(f())).toEqual([11, 12, 2, 4, 1, 2, 1, 2]);
    expect(values(f())).toEqual([21, 22, 4, 8, 1, 2, 1, 2]);
    expect([a, b, c, start].map(values)).toEqual([[21, 22], [4, 8], [1, 2], [1, 2]]); // biome-ignore format: pairs
  });

  it('leaves clones of a variable and tensors made from it at their values', () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const step = compile(() => {
      v.assign(tf.mul(v, 2));
    });
    step();
    const clone = v.clone();
    const flat = tf.reshape(v, [2, 1]);
    const lazy = tf.add(v, 0.5);
    step();
    step();
    step();
    expect(values(clone)).toEqual([2, 4]);
    expect(values(flat)).toEqual([2, 4]);
    expect(values(lazy)).toEqual([2.5, 4.5]);
    expect(values(v)).toEqual([16, 32]);
    clone.dispose();
    flat.dispose();
    step();
    step();
    expect(values(v)).toEqual([64, 128]);
    expect(values(lazy)).toEqual([2.5, 4.5]);
  });

  it('never writes into arrays that it gave away or was given', () => {
    const mine = Float32Array.of(1, 2);
    const v = tf.variable(tf.tensor1d(mine));
    const step = compile((x: tf.Tensor) => {
      v.assign(tf.add(v, x));
      return v;
    });
    const x = Float32Array.of(5, 6);
    const input = tf.tensor1d(x);
    const read: [Float32Array, number[]][] = [];
    let sum = [1, 2];
    for (let i = 0; i < 6; i++) {
      const out = step(input);
      sum = [(sum[0] ?? 0) + 5, (sum[1] ?? 0) + 6];
      for (const array of [v.dataSync(), out.dataSync()]) {
        expect(Array.from(array)).toEqual(sum);
        read.push([array as Float32Array, sum]);
      }
      read.push([out.dataSync() as Float32Array, sum]);
    }
    for (const [array, wanted] of read) expect(Array.from(array)).toEqual(wanted);
    expect(Array.from(mine)).toEqual([1, 2]);
    expect(Array.from(x)).toEqual([5, 6]);
    // An array that was read is the caller's: writing into it changes nothing here.
    v.dataSync().fill(0);
    expect(values(v)).toEqual(sum);
  });

  it('returns a variable or an argument as a fresh tensor', () => {
    const v = tf.variable(tf.scalar(1));
    const f = compile((x: tf.Tensor) => {
      const old = v.clone();
      v.assign(x as tf.Scalar);
      return { x, v, old };
    });
    const first = f(tf.scalar(5));
    const second = f(tf.scalar(6));
    expect(first.v).not.toBeInstanceOf(tf.Variable);
    expect([first.x, first.v, first.old, second.x, second.v, second.old].map((t) => values(t)[0])).toEqual([
      5, 5, 1, 6, 6, 5,
    ]);
    first.v.dispose();
    first.x.dispose();
    expect(values(v)).toEqual([6]);
  });

  it('takes a variable that is an argument by its value', () => {
    const v = tf.variable(tf.scalar(1));
    const f = compile((x: tf.Tensor) => {
      const y = tf.mul(x, 10);
      v.assign(tf.add(v, x));
      return y;
    });
    expect([values(f(v))[0], values(f(v))[0], values(f(v))[0]]).toEqual([10, 20, 40]);
    expect(values(v)).toEqual([8]);
  });

  it('swaps variables', () => {
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
    const swap = compile(() => {
      const old = a.clone();
      a.assign(b);
      b.assign(old);
    });
    for (let i = 0; i < 5; i++) {
      swap();
      expect([values(a)[0], values(b)[0]]).toEqual(i % 2 === 0 ? [2, 1] : [1, 2]);
    }
  });

  it('keeps a captured tensor as it was, also when a variable takes its memory over', () => {
    const computed = tf.add(tf.zeros([2]), tf.tensor1d([3, 4]));
    const readsComputed = compile((x: tf.Tensor) => tf.add(x, computed));
    const zero = tf.zeros([2]);
    readsComputed(zero);
    const v = tf.variable(tf.zeros([2]));
    v.assign(computed);
    expect(values(readsComputed(zero))).toEqual([3, 4]);
    computed.dispose();
    const step = compile(() => {
      v.assign(tf.mul(v, 2));
    });
    for (let i = 0; i < 4; i++) step();
    expect(values(v)).toEqual([48, 64]);
    // The recording still holds what was 3, 4, and must never see the 48.
    expect(values(readsComputed(zero))).toEqual([3, 4]);
  });

  it('records anew when a captured tensor is replaced', () => {
    let table = tf.tensor1d([1, 2]);
    const f = counted((x: tf.Tensor) => tf.add(x, table));
    const zero = tf.zeros([2]);
    expect(values(f(zero))).toEqual([1, 2]);
    table.dispose();
    table = tf.tensor1d([5, 6]);
    expect(values(f(zero))).toEqual([5, 6]);
    expect(values(f(zero))).toEqual([5, 6]);
    expect(f.counter.records).toBe(2);
    table.dispose();
    expect(() => f(zero)).toThrow('disposed');
  });

  it('says which variable was disposed', () => {
    const v = tf.variable(tf.scalar(1), true, 'weight');
    const f = compile((x: tf.Tensor) => tf.add(x, v));
    f(tf.scalar(1));
    v.dispose();
    expect(() => f(tf.scalar(1))).toThrow('the variable "weight"');
  });

  it('refuses reads and leaves the variables as they were', () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const w = tf.variable(tf.tensor1d([3, 4]));
    const reads = compile(
      (x: tf.Tensor) => {
        v.assign(tf.add(v, x));
        if ((tf.sum(v).dataSync()[0] ?? 0) > 3) w.assign(tf.zeros([2]));
        return v;
      },
      { name: 'reads' },
    );
    expect(() => reads(tf.scalar(1))).toThrow('a tensor was read inside reads');
    const throws = compile((x: tf.Tensor) => {
      tf.tidy(() => w.assign(tf.add(w, x)));
      tf.variableGrads(() => {
        throw new Error('midway');
      });
      return w;
    });
    const before = tf.memory().numTensors;
    expect(() => throws(tf.scalar(1))).toThrow('midway');
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(isRecording()).toBe(false);
    expect([values(v), values(w)]).toEqual([[1, 2], [3, 4]]); // biome-ignore format: pairs
    const works = compile((x: tf.Tensor) => {
      v.assign(tf.add(v, x));
      return tf.add(v, w);
    });
    expect(values(works(tf.scalar(1)))).toEqual([5, 7]);
    expect(values(works(tf.scalar(1)))).toEqual([6, 8]);
  });

  it("trains with tfjs's own optimizer", () => {
    // Least squares of y = 2x + 1 by gradient descent, beside the same in plain numbers.
    const [w, b] = [tf.variable(tf.scalar(0)), tf.variable(tf.scalar(0))];
    const optimizer = tf.train.sgd(0.1);
    const step = compile((x: tf.Tensor, y: tf.Tensor) =>
      optimizer.minimize(() => tf.mean(tf.squaredDifference(tf.add(tf.mul(x, w), b), y)) as tf.Scalar, true, [w, b]),
    );
    const xs = [-1, 0, 1, 2];
    const x = tf.tensor1d(xs);
    const y = tf.tensor1d(xs.map((v) => 2 * v + 1));
    let [p, q] = [0, 0];
    for (let i = 0; i < 20; i++) {
      const rest = xs.map((v) => p * v + q - (2 * v + 1));
      const loss = rest.reduce((sum, r) => sum + r * r, 0) / 4;
      const [dp, dq] = [
        rest.reduce((sum, r, j) => sum + 2 * r * (xs[j] ?? 0), 0) / 4,
        rest.reduce((sum, r) => sum + 2 * r, 0) / 4,
      ];
      [p, q] = [p - 0.1 * dp, q - 0.1 * dq];
      const out = step(x, y);
      expect(out === null ? Number.NaN : values(out)[0]).toBeCloseTo(loss, 4);
      expect(values(w)[0]).toBeCloseTo(p, 4);
      expect(values(b)[0]).toBeCloseTo(q, 4);
    }
    optimizer.dispose();
  });

  it('keeps tensors, buffers and bytes constant over many calls', () => {
    const v = tf.variable(tf.zeros([64, 64]));
    const step = compile((x: tf.Tensor) => {
      v.assign(tf.add(tf.mul(v, 0.9), x));
      return { loss: tf.sum(v), v };
    });
    const call = (i: number) => tf.tidy(() => tf.dispose(step(tf.fill([64, 64], i))));
    for (let i = 0; i < 3; i++) call(i);
    const before = tf.memory();
    const { bytes } = engineStats();
    for (let i = 0; i < 200; i++) call(i);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect([numTensors, numDataBuffers, numBytes]).toEqual([before.numTensors, before.numDataBuffers, before.numBytes]);
    expect(engineStats().bytes).toBe(bytes);
  });
});
