import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compile, engineStats } from './index.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  vi.restoreAllMocks();
});

function warningOf(run: () => void): string {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  run();
  expect(warn).toHaveBeenCalledTimes(1);
  return String(warn.mock.calls[0]?.[0]);
}

describe('a compiled function that keeps recording', () => {
  it('is warned of with the argument and the operator that changed, and the line', () => {
    const train = compile((x: tf.Tensor, rate: number) => tf.mul(tf.exp(x), rate), { name: 'train' });
    const text = warningOf(() => {
      for (let i = 0; i < 20; i++) tf.tidy(() => void train(tf.zeros([2]), 1 / (i + 1)));
    });
    expect(text).toContain('train was recorded 17 times');
    expect(text).toContain(`arguments[1]: ${1 / 16} → ${1 / 17}.`);
    expect(text).toMatch(/The first operator that is another: %\d = Fill\(\) \{value: 0\.0588.*\} : float32\[\]/);
    const shapes = compile((x: tf.Tensor) => tf.neg(tf.exp(x)), { name: 'shapes' });
    vi.restoreAllMocks();
    expect(
      warningOf(() => {
        for (let i = 1; i <= 20; i++) tf.tidy(() => void shapes(tf.zeros([i, 2])));
      }),
    ).toMatch(
      /arguments\[0\]: float32\[16,2\] → float32\[17,2\]\. The first operator that is another: %0 = Exp\(in0\) : float32\[17,2\], recorded by tf\.exp at .*storm\.test\.ts:/,
    );
  });

  it('is warned of with the operator that uses a tensor from outside which is replaced', () => {
    let table = tf.tensor1d([1, 2]);
    const lookUp = compile((x: tf.Tensor) => tf.add(x, table), { name: 'lookUp' });
    const text = warningOf(() => {
      for (let i = 0; i < 20; i++) {
        table.dispose();
        table = tf.tensor1d([i, i + 0.5]);
        const found = Array.from(tf.tidy(() => lookUp(tf.zeros([2])).dataSync()));
        expect(found).toEqual([i, i + 0.5]);
      }
    });
    expect(text).toMatch(
      /changed a tensor that it uses from outside \(float32\[2\], in Add, recorded by tf\.add at .*storm\.test\.ts:\d+/,
    );
  });
});

describe('shapes that depend on values', () => {
  const x = () => tf.tensor1d([3, 1, 3, 0]);
  it.each([
    ['unique', (v: tf.Tensor) => tf.unique(v as tf.Tensor1D).values],
    ['a length that was read', (v: tf.Tensor) => tf.zeros([tf.sum(v).dataSync()[0] ?? 0])],
    ['a slice that was read', (v: tf.Tensor) => tf.slice(v, 0, tf.argMax(v).arraySync() as number)],
    [
      'nonMaxSuppression',
      (v: tf.Tensor) => tf.image.nonMaxSuppression(tf.reshape(v, [1, 4]) as tf.Tensor2D, tf.tensor1d([1]), 1),
    ],
  ])('are refused inside compile: %s', (_, fn) => {
    const step = compile((v: tf.Tensor) => fn(v), { name: 'step' });
    for (let i = 0; i < 2; i++) expect(() => step(x())).toThrow(/was (read|called) inside step/);
    expect(tf.tidy(() => fn(x()).shape.length)).toBeGreaterThan(0);
  });

  it.each([
    ['whereAsync', (v: tf.Tensor) => tf.whereAsync(tf.greater(v, 1))],
    ['booleanMaskAsync', (v: tf.Tensor) => tf.booleanMaskAsync(v, tf.greater(v, 1))],
  ])('are refused inside compile: %s', (_, fn) => {
    const step = compile((v: tf.Tensor) => fn(v), { name: 'step' });
    expect(() => step(x())).toThrow('step is asynchronous');
  });
});

describe('many signatures', () => {
  it('keep a bounded number of sessions, and give right numbers when they come again', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { sessions } = engineStats();
    const double = compile((x: tf.Tensor) => tf.mul(x, 2), { keep: 8 });
    const check = (n: number) => {
      const found = Array.from(tf.tidy(() => double(tf.tensor1d(Array(n).fill(n))).dataSync()));
      expect(found).toEqual(Array(n).fill(2 * n));
    };
    for (let n = 1; n <= 40; n++) check(n);
    expect(engineStats().sessions).toBe(sessions + 8);
    for (const n of [40, 1, 33, 2]) check(n);
    expect(engineStats().sessions).toBe(sessions + 8);
    double.dispose();
    expect(engineStats().sessions).toBe(sessions);
  });
});
