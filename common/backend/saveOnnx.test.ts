import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile, loadOnnx, random, saveOnnx } from './index.js';
import { readModelInfo } from './onnxProto.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'saveOnnx-'));
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
  rmSync(folder, { recursive: true });
});

type One = { x: tf.Tensor };
/** x·w·v, of weights that are stored outside: w of 1,040 bytes, v of 16,900. */
function model() {
  const w = tf.variable(random.normal([4, 65]), true, 'w');
  const v = tf.variable(random.normal([65, 65]), true, 'v');
  const fn = ({ x }: One) => ({ y: tf.matMul(tf.matMul(x, w), v) });
  const options = { inputs: { x: { shape: [null, 4], dtype: 'float32' as const } }, outputs: ['y'] };
  return { w, v, fn, options };
}
const x = Float32Array.from([1, -2, 3, 4, 0, 1, 0, 0]);
function run(path: string): number[] {
  const loaded = loadOnnx(path);
  const { y } = loaded.run({ x: { data: x, shape: [2, 4] } });
  loaded.dispose();
  return Array.from(y?.data ?? []);
}
function expectClose(found: number[], wanted: tf.Tensor): void {
  const values = wanted.dataSync();
  expect(found.length).toBe(values.length);
  for (const [i, value] of found.entries()) expect(Math.abs(value - (values[i] ?? Number.NaN))).toBeLessThan(1e-3);
}

describe('saveOnnx', () => {
  it('writes one file below the limit, and two above it', async () => {
    const { fn, options } = model();
    const path = join(folder, 'model.onnx');
    const { y } = fn({ x: tf.tensor2d(x, [2, 4]) });
    const one = await saveOnnx(path, fn, options);
    expect(one.files).toEqual([path]);
    expect(one.bytes).toBe(readFileSync(path).length);
    expectClose(run(path), y);

    const two = await saveOnnx(path, fn, { ...options, externalAbove: 10_000 });
    expect(two.files).toEqual([path, `${path}.data`]);
    const [head, data] = two.files.map((file) => readFileSync(file));
    expect(two.bytes).toBe((head?.length ?? 0) + (data?.length ?? 0));
    expect(head?.length).toBeLessThan(1500);
    expectClose(run(path), y);

    // Back to one: the weights that nothing reads any longer are gone.
    await saveOnnx(path, fn, options);
    expect(readdirSync(folder)).toEqual(['model.onnx']);
    expectClose(run(path), y);
  });

  it('puts each tensor at a page, as the model says, and small ones into the model', async () => {
    const { w, v, fn, options } = model();
    const path = join(folder, 'model.onnx');
    await saveOnnx(path, fn, { ...options, externalAbove: 0 });
    const { external } = readModelInfo(readFileSync(path));
    expect(external).toEqual([
      { location: 'model.onnx.data', offset: 0, length: 1040 },
      { location: 'model.onnx.data', offset: 4096, length: 16900 },
    ]);
    const data = readFileSync(`${path}.data`);
    expect(data.length).toBe(4096 + 16900);
    for (const [i, variable] of [w, v].entries()) {
      const { offset = 0, length = 0 } = external[i] ?? {};
      const bytes = Uint8Array.prototype.slice.call(data, offset, offset + length);
      expect(Array.from(new Float32Array(bytes.buffer))).toEqual(Array.from(variable.dataSync()));
    }
  });

  it('writes the values of the call, whatever is trained while it writes', async () => {
    const { w, v, fn, options } = model();
    const step = compile(() => {
      for (const variable of [w, v]) variable.assign(tf.mul(variable, 2));
    });
    // From the second step on, variables live in memory that is written over and over.
    for (let i = 0; i < 3; i++) step();
    const { y } = fn({ x: tf.tensor2d(x, [2, 4]) });
    y.dataSync();
    const before = tf.memory().numTensors;
    const path = join(folder, 'model.onnx');
    const saved = saveOnnx(path, fn, { ...options, externalAbove: 0 });
    for (let i = 0; i < 4; i++) step();
    await saved;
    expectClose(run(path), y);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves the old files where it cannot write', async () => {
    const { fn, options } = model();
    const path = join(folder, 'model.onnx');
    await saveOnnx(path, fn, { ...options, externalAbove: 0 });
    const old = run(path);
    const bad = ({ x }: One) => ({ y: tf.mul(x, random.uniform([4])) });
    await expect(saveOnnx(path, bad, options)).rejects.toThrow('random numbers');
    const nowhere = join(path, 'below', 'model.onnx');
    const before = tf.memory().numTensors;
    await expect(saveOnnx(nowhere, fn, { ...options, externalAbove: 0 })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
    expect(run(path)).toEqual(old);
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.onnx.data']);
  });
});

describe('loadOnnx', () => {
  it('says which file of weights is missing or cut off', async () => {
    const { fn, options } = model();
    const path = join(folder, 'model.onnx');
    await saveOnnx(path, fn, { ...options, externalAbove: 0 });
    expect(() => loadOnnx(readFileSync(path))).toThrow('keeps its weights in model.onnx.data: load it by its path');
    truncateSync(`${path}.data`, 10_000);
    expect(() => loadOnnx(path)).toThrow('needs 20996 bytes of model.onnx.data, which has 10000');
    rmSync(`${path}.data`);
    expect(() => loadOnnx(path)).toThrow(`${path} keeps its weights in model.onnx.data, which is not beside it`);
    expect(existsSync(path)).toBe(true);
    writeFileSync(path, 'no model');
    expect(() => loadOnnx(path)).toThrow(path);
  });
});
