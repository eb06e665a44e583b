import { relative } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile, engineStats } from './index.js';

const here = relative(process.cwd(), import.meta.filename);
/** The line of this file that calls this. */
const line = () => Number(/errors\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1]);
const messageOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
};
const ids = (...numbers: number[]) => tf.tensor1d(numbers, 'int32');
const table = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);

beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

describe('an error', () => {
  it('of ONNX Runtime names operator, shapes and the line that called it', () => {
    const places = tf.add(ids(4), tf.scalar(1, 'int32'));
    const at = line() + 1;
    const y = tf.gather(table(), places);
    expect(messageOf(() => y.dataSync())).toMatch(
      new RegExp(
        `^Gather\\(float32\\[2,2\\], int32\\[1\\]\\) failed: indices element out of data bounds[^\\n]*\\n  recorded by tf\\.gather at ${here}:${at}:\\d+`,
      ),
    );
  });

  it('names the line of this call, not of an earlier one of the same structure', () => {
    const lookUp = (i: number) => tf.gather(table(), tf.add(ids(i), tf.scalar(0, 'int32')));
    expect(Array.from(lookUp(1).dataSync())).toEqual([3, 4]);
    const at = line() + 1;
    const other = tf.gather(table(), tf.add(ids(7), tf.scalar(0, 'int32')));
    expect(messageOf(() => other.dataSync())).toContain(`${here}:${at}:`);
  });

  it('in a steady loop names the line that recorded the same graph first', () => {
    const lookUp = (i: number) => tf.tidy(() => tf.gather(tf.square(table()), tf.add(ids(i), ids(0))).dataSync());
    for (let i = 0; i < 20; i++) lookUp(i % 2);
    expect(messageOf(() => lookUp(5))).toMatch(new RegExp(`recorded by tf\\.gather at ${here}:`));
  });

  it('inside compile names the line, and what called that', () => {
    const layer = { forward: (x: tf.Tensor2D, i: tf.Tensor1D) => tf.gather(x, i) };
    const at = line() - 1;
    const step = compile((x: tf.Tensor2D, i: tf.Tensor1D) => layer.forward(x, i));
    for (const i of [0, 1]) step(table(), ids(i));
    const message = messageOf(() => step(table(), ids(3)));
    expect(message).toContain(`recorded by tf.gather at ${here}:${at}:`);
    expect(message).toContain(`called from ${here}:${at + 2}:`);
    expect(message.match(/errors\.test/g)?.length).toBeLessThanOrEqual(3);
  });

  it('of a gradient says so', () => {
    const odd = tf.customGrad((x, save) => {
      (save as (tensors: tf.Tensor[]) => void)([x as tf.Tensor]);
      const gradFunc = (dy: tf.Tensor) => tf.mul(dy, tf.gather(tf.ones([2]), tf.add(ids(8), ids(0))));
      return { value: tf.square(x as tf.Tensor), gradFunc };
    });
    const step = compile((x: tf.Tensor) => tf.grad((v) => tf.sum(odd(v)))(x));
    expect(messageOf(() => step(tf.tensor1d([1])))).toMatch(/^Gather.*\n {2}recorded by tf\.gather in a gradient at /);
  });

  it('of shapes that do not fit is thrown at the call, with the line', () => {
    const at = line() + 1;
    const eager = messageOf(() => tf.add(tf.zeros([2, 3]), tf.zeros([2, 4])));
    expect(eager).toMatch(
      new RegExp(
        `^Add\\(float32\\[2,3\\], float32\\[2,4\\]\\) failed: shapes .* cannot be broadcast together\\n  recorded by tf\\.add at ${here}:${at}:`,
      ),
    );
    const inside = line() + 1;
    const step = compile((x: tf.Tensor) => tf.mul(x, tf.zeros([5])));
    expect(messageOf(() => step(tf.zeros([3])))).toContain(`recorded by tf.mul at ${here}:${inside}:`);
  });
});

describe('an impossible amount of memory', () => {
  const huge = 2 ** 24;
  const usable = () => {
    const before = [tf.memory().numTensors, engineStats().bytes];
    expect(Array.from(tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync()))).toEqual([2]);
    expect([tf.memory().numTensors, engineStats().bytes]).toEqual(before);
  };

  it('for a result is an error with operator, shapes and line', () => {
    const at = line() + 1;
    const y = tf.tile(tf.tensor2d([[1, 2]]), [huge, huge]);
    const message = messageOf(() => y.dataSync());
    expect(message).toMatch(
      /^(Tile|Expand)\(float32\[1,2\]\) failed: no memory for its result float32\[16777216,33554432\], 2251799.8 GB/,
    );
    expect(message).toContain(`recorded by tf.tile at ${here}:${at}:`);
    y.dispose();
    usable();
  });

  // Beyond what a processor can address, so that no machine begins to reserve it.
  const side = 2 ** 23;
  const numbers = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 2),
      shape,
    );

  it('between operators of one graph is one too, and the graph runs again', () => {
    const sum = (n: number) => tf.tidy(() => tf.sum(tf.square(tf.add(numbers(n, 1), numbers(1, n)))));
    const y = sum(side);
    expect(messageOf(() => y.dataSync())).toMatch(
      /^Add\(float32\[8388608,1\], float32\[1,8388608\]\) failed: [\s\S]*alloc[\s\S]*recorded by tf\.add at /,
    );
    y.dispose();
    // (0 + 0)² + (0 + 1)² + (1 + 0)² + (1 + 1)²
    expect(Array.from(sum(2).dataSync())).toEqual([6]);
    usable();
  });

  it('inside compile leaves variables, arguments and the function as they were', () => {
    const v = tf.variable(tf.tensor1d([1]));
    const step = compile((column: tf.Tensor, row: tf.Tensor) => {
      v.assign(tf.add(v, 1));
      return tf.sum(tf.square(tf.add(tf.mul(column, v), row)));
    });
    const small = () => Array.from(step(numbers(2, 1), numbers(1, 2)).dataSync());
    // v is 2: 0 + 1 + 4 + 9.
    expect(small()).toEqual([14]);
    const [column, row] = [numbers(side, 1), numbers(1, side)];
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++)
      expect(messageOf(() => step(column, row))).toMatch(/failed: [\s\S]*alloc[\s\S]*recorded by tf\.(add|mul) at /);
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from(v.dataSync())).toEqual([2]);
    // 0 + 1 + 9 + 16.
    expect(small()).toEqual([26]);
    expect(Array.from(v.dataSync())).toEqual([3]);
    usable();
  });
});
