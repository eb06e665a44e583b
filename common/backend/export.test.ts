import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOnnx, live, loadOnnx, random } from './index.js';
import { printModel } from './testing/printModel.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

type One = { x: tf.Tensor };
const free = (...shape: number[]) => ({
  inputs: { x: { shape: [null, ...shape], dtype: 'float32' as const } },
  outputs: ['y'],
});

/** Checks fn's file against fn itself for several batch sizes. */
function check(shape: number[], fn: (x: tf.Tensor) => tf.Tensor): string {
  const bytes = exportOnnx(({ x }: One) => ({ y: fn(x) }), free(...shape));
  const loaded = loadOnnx(bytes);
  for (const batch of [1, 2, 3, 8, 17]) {
    const x = random.normal([batch, ...shape]);
    const wanted = fn(x);
    const y = loaded.run({ x: { data: x.dataSync() as Float32Array, shape: x.shape } }).y;
    expect(y?.shape).toEqual(wanted.shape);
    const values = wanted.dataSync();
    y?.data.forEach((value, i) => {
      expect(Math.abs(value - (values[i] ?? Number.NaN))).toBeLessThan(1e-4);
    });
  }
  loaded.dispose();
  return printModel(bytes);
}

describe('export', () => {
  it('writes names, weights, constants and metadata', () => {
    const [w, b] = [tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])), tf.variable(tf.zeros([2]), true, 'own.name')];
    const table = tf.tensor1d([7, 8]);
    const bytes = exportOnnx(({ x }: { x: tf.Tensor2D }) => ({ logits: tf.mul(tf.add(tf.matMul(x, w as tf.Tensor2D), b), table), copy: x }), {
      inputs: { x: { shape: [null, 3], dtype: 'float32' } },
      outputs: ['logits', 'copy'],
      metadata: { mean: '[0.5]', labels: '["a","b"]' },
      names: new Map([[w, 'head.weight']]),
    }); // biome-ignore format: one call
    expect(printModel(bytes)).toMatchInlineSnapshot(`
      "(x: float[batch,3])
        Gemm_0 = Gemm(x, float[3,2]{1 2 3 4 5 6}, float[2]{0 0}) transA=0 transB=0 alpha=1
        logits = Mul(Gemm_0, float[2]{7 8})
        copy = Identity(x)
        return logits: float[batch,2], copy: float[batch,3]"
    `);
    expect(printModel(bytes, { names: true })).toContain('head.weight');
    const loaded = loadOnnx(bytes);
    expect(loaded.metadata).toEqual({ mean: '[0.5]', labels: '["a","b"]' });
    const { logits, copy } = loaded.run({ x: { data: Float32Array.of(1, 0, 1), shape: [1, 3] } });
    expect(Array.from(logits?.data ?? [])).toEqual([42, 64]);
    expect(Array.from(copy?.data ?? [])).toEqual([1, 0, 1]);
    // The file is what it was when it was written.
    w.assign(tf.zeros([3, 2]));
    expect(Array.from(loaded.run({ x: { data: Float32Array.of(1, 0, 1), shape: [1, 3] } }).logits?.data ?? [])).toEqual(
      [42, 64],
    );
    loaded.dispose();
  });

  it('loads from a path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    try {
      const path = join(folder, 'model.onnx');
      writeFileSync(
        path,
        exportOnnx(({ x }: One) => ({ y: tf.mul(x, 2) }), free(2)),
      );
      const loaded = loadOnnx(path);
      expect(Array.from(loaded.run({ x: { data: Float32Array.of(1, 2), shape: [1, 2] } }).y?.data ?? [])).toEqual([
        2, 4,
      ]);
      loaded.dispose();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('frees the batch axis of products, reshapes, expansions and slices', () => {
    const w = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    check([4, 3], (x) => tf.matMul(x, tf.tile(tf.expandDims(w, 0), [x.shape[0] ?? 1, 1, 1])));
    check([4, 3], (x) => tf.reshape(tf.matMul(tf.reshape(x, [-1, 3]) as tf.Tensor2D, w), [-1, 4, 2]));
    check([4, 3], (x) => tf.concat([tf.tile(tf.ones([1, 1, 3]), [x.shape[0] ?? 1, 1, 1]), x], 1));
    check([4, 3], (x) => tf.slice(x, [0, 1, 0], [-1, 2, 3]));
    check([4, 3], (x) => tf.concat(tf.split(x, 2, 1), 2));
    check([4, 3], (x) => tf.zeros([x.shape[0] ?? 1, 2]));
    check([6], (x) => tf.stack(tf.unstack(x, 1), 1));
    check([4, 3], (x) => tf.transpose(x, [1, 0, 2]));
  });

  it('frees the batch axis of attention', () => {
    const [heads, dim, tokens] = [2, 8, 5];
    const qkv = random.normal([dim, 3 * dim]) as tf.Tensor2D;
    const text = check([tokens, dim], (x) => {
      const batch = x.shape[0] ?? 1;
      const all = tf.reshape(tf.matMul(tf.reshape(x, [batch * tokens, dim]) as tf.Tensor2D, qkv), [
        batch,
        tokens,
        3,
        heads,
        dim / heads,
      ]);
      const [q, k, v] = tf.unstack(tf.transpose(all, [2, 0, 3, 1, 4])) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dim / heads)));
      return tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [batch, tokens, dim]);
    });
    expect(text).not.toMatch(/1000(03|19)/);
  });

  it('frees the batch axis of convolutions and pooling', () => {
    const w = random.normal([3, 3, 2, 4]) as tf.Tensor4D;
    const text = check([8, 8, 2], (x) =>
      tf.mean(tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, w, 2, 'same')), 2, 2, 'valid'), [1, 2]),
    );
    expect(text).not.toMatch(/1000(03|19)/);
  });

  it('follows several inputs of one batch', () => {
    const bytes = exportOnnx(
      ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({ sum: tf.add(a, tf.cast(b, 'float32')) }),
      {
        inputs: { a: { shape: [null, 2], dtype: 'float32' }, b: { shape: [null, 1], dtype: 'int32' } },
        outputs: ['sum'],
      },
    );
    const loaded = loadOnnx(bytes);
    const { sum } = loaded.run({
      a: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
      b: { data: Int32Array.of(10, 20, 30), shape: [3, 1] },
    });
    expect(Array.from(sum?.data ?? [])).toEqual([11, 12, 23, 24, 35, 36]);
    loaded.dispose();
  });

  it('exports without a free axis', () => {
    const loaded = loadOnnx(
      exportOnnx(({ x }: One) => ({ y: tf.mean(x) }), {
        inputs: { x: { shape: [4], dtype: 'float32' } },
        outputs: ['y'],
      }),
    );
    expect(Array.from(loaded.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [4] } }).y?.data ?? [])).toEqual([
      2.5,
    ]);
    loaded.dispose();
  });

  it('takes the mean over the batch where ONNX does, and refuses a divisor that was the batch', () => {
    check([3], (x) => tf.mean(x, 0));
    const divided = ({ x }: One) => ({ y: tf.div(tf.sum(x, 0), x.shape[0] ?? 1) });
    expect(() => exportOnnx(divided, free(3))).toThrow('depends on the batch size');
    // A gradient of a mean divides by how many there were.
    const gradient = ({ x }: One) => ({ y: tf.grad((v) => tf.mean(tf.square(v)))(x) });
    expect(() => exportOnnx(gradient, free(3))).toThrow('depends on the batch size');
  });

  it('refuses what has no place in a file, and leaves the variables as they were', () => {
    const v = tf.variable(tf.tensor1d([1, 2]), true, 'mean');
    const before = tf.memory().numTensors;
    expect(() => exportOnnx(({ x }: One) => ({ y: tf.mul(x, random.uniform([2])) }), free(2))).toThrow(
      'call model.eval() first',
    );
    expect(() =>
      exportOnnx(
        ({ x }: One) => ({
          y: tf.mul(
            x,
            live(() => 2),
          ),
        }),
        free(2),
      ),
    ).toThrow('live values');
    const assigns = ({ x }: One) => {
      v.assign(tf.add(v, 1));
      return { y: tf.mul(x, v) };
    };
    expect(() => exportOnnx(assigns, free(2))).toThrow('may not assign variables ("mean")');
    expect(() => exportOnnx(({ x }: One) => ({ z: x }), free(2))).toThrow('returns no "y", only z');
    expect(() => exportOnnx(({ x }: One) => ({ y: tf.scalar(x.dataSync()[0] ?? 0) }), free(2))).toThrow(
      'was read inside an exported function',
    );
    const inner = { inputs: { x: { shape: [null, null], dtype: 'float32' as const } }, outputs: ['y'] };
    expect(() => exportOnnx(({ x }: One) => ({ y: x }), inner)).toThrow('only the first axis can be free');
    expect(() => exportOnnx(({ x }: One) => ({ x }), { ...free(2), outputs: ['x'] })).toThrow(
      '"x" is the name of an input and of an output',
    );
    expect(Array.from(v.dataSync())).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('loadOnnx', () => {
  it('refuses bytes that are no model', () => {
    expect(() => loadOnnx(new TextEncoder().encode('not a model at all'))).toThrow();
    expect(() => loadOnnx('/nowhere/model.onnx')).toThrow('/nowhere/model.onnx');
  });
});

it('axes with a name are free as well, each of its own length', () => {
  type Pair = { x: tf.Tensor; y: tf.Tensor };
  const outer = ({ x, y }: Pair) => {
    const [B = 1, S = 1] = x.shape;
    const T = y.shape[1] ?? 1;
    const places = tf.cumsum(tf.onesLike(x), 1, true);
    const product = tf.mul(tf.reshape(tf.mul(x, places), [B, S, 1]), tf.reshape(y, [B, 1, T]));
    const [first, rest] = tf.split(tf.concat([x, y], 1), [S, T], 1);
    return { product: tf.reshape(product, [B * S, T]), first: tf.neg(first!), rest: tf.neg(rest!) };
  };
  const inputs = {
    x: { shape: [null, 'source'], dtype: 'float32' as const },
    y: { shape: [null, 'target'], dtype: 'float32' as const },
  };
  const model = loadOnnx(exportOnnx<Pair>(outer, { inputs, outputs: ['product', 'first', 'rest'] }));
  for (const [B, S, T] of [
    [1, 1, 1],
    [2, 3, 5],
    [4, 7, 2],
  ] as const) {
    // biome-ignore format: three sizes
    const data = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i);
    const [x, y] = [data(B * S, 1), data(B * T, 100)];
    const found = model.run({ x: { data: x, shape: [B, S] }, y: { data: y, shape: [B, T] } });
    expect(found.product!.shape).toEqual([B * S, T]);
    const expected = Array.from({ length: B * S * T }, (_, i) => {
      const [b, s, t] = [Math.floor(i / (S * T)), Math.floor(i / T) % S, i % T];
      return x[b * S + s]! * s * y[b * T + t]!;
    });
    expect(Array.from(found.product!.data, (v) => v + 0)).toEqual(expected);
    expect(Array.from(found.first!.data)).toEqual(Array.from(x, (v) => -v));
    expect(Array.from(found.rest!.data)).toEqual(Array.from(y, (v) => -v));
  }
  model.dispose();
  expect(() => exportOnnx<Pair>(({ x }) => ({ z: tf.div(x, x.shape[1] ?? 1) }), { inputs, outputs: ['z'] })).toThrow(
    'cannot be exported with the free axes batch, source, target',
  );
});
