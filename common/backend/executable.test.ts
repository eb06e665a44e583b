import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { structuralKey } from './executable.js';
import { apply, Graph, inputValue, type Value } from './graph.js';
import { engineStats } from './index.js';

const float = (...shape: number[]) => inputValue(shape, 'float32');

describe('structural key', () => {
  const affine = (x: Value, factor: number) =>
    Graph.of([apply('Mul', [x, apply('Fill', [], { shape: [], dtype: 'float32', value: factor })], {})]);

  it('is the same for the same structure over other inputs', () => {
    expect(structuralKey(affine(float(2, 3), 2))).toBe(structuralKey(affine(float(2, 3), 2)));
  });

  it('tells shapes, types, attributes, wiring and outputs apart', () => {
    const [a, b] = [float(2), float(2)];
    const sub = (x: Value, y: Value) => apply('Sub', [x, y], {});
    const keys = [
      affine(float(2, 3), 2),
      affine(float(3, 2), 2),
      affine(float(2, 3), 3),
      Graph.of([sub(a, b)]),
      Graph.of([sub(a, a)]),
      Graph.of([sub(a, b), a]),
      Graph.of([sub(a, b), b]),
      Graph.of([apply('Cast', [a], { to: 'int32' })]),
      Graph.of([apply('Cast', [inputValue([2], 'bool')], { to: 'int32' })]),
      new Graph([a, b], [sub(b, a)]),
    ].map(structuralKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('never holds values of inputs: other data run the same session', () => {
    const evaluate = (seed: number) =>
      tf.tidy(() => {
        const x = tf.tensor2d([seed + 0.1, seed * 7, -seed], [1, 3]);
        const factor = tf.scalar(seed * 1.37);
        return Array.from(tf.exp(tf.neg(tf.square(tf.mul(x, factor)))).dataSync());
      });
    evaluate(0.4);
    const { compiles } = engineStats();
    for (let seed = 1; seed < 20; seed++) {
      const f = Math.fround;
      const factor = f(seed * 1.37);
      const wanted = [seed + 0.1, seed * 7, -seed].map((v) => Math.exp(-((f(v) * factor) ** 2)));
      evaluate(seed).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
      });
    }
    expect(engineStats().compiles).toBe(compiles);
  });
});

describe('a storm of compilations', () => {
  it('is warned of once, with the operator that changed', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (let i = 0; i < 20; i++) tf.tidy(() => tf.exp(tf.clipByValue(tf.tensor1d([1, 2]), 0, 1 + i / 8)).dataSync());
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('compiled 17 times');
    expect(warn.mock.calls[0]?.[0]).toContain('Clip(i0)min:0;max:2.875; → Clip(i0)min:0;max:3;');
    // Shapes too, but never twice.
    for (let i = 1; i < 20; i++) tf.tidy(() => tf.neg(tf.ones([i, 3])).dataSync());
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe('a failing operator', () => {
  // Indices that are known at the call are refused at once: these are computed.
  const bad = () => {
    const places = tf.add(tf.tensor1d([4], 'int32'), tf.scalar(1, 'int32'));
    return tf.gather(tf.tensor2d([1, 2, 3, 4], [2, 2]), places);
  };

  it('is named with its shapes', () => {
    const y = tf.tidy(bad);
    expect(() => y.dataSync()).toThrow(
      /^Gather\(float32\[2,2\], int32\[1\]\) failed: indices element out of data bounds/,
    );
    // The tensor stays without a value, and says so again.
    expect(() => y.dataSync()).toThrow(/^Gather/);
    expect(() => tf.neg(y)).toThrow(/^Gather/);
    y.dispose();
  });

  it('keeps nothing else from its value, then or later', () => {
    tf.tidy(() => {
      const before = tf.add(tf.tensor1d([1, 2]), 1);
      const y = bad();
      const poisoned = tf.neg(y);
      const after = tf.mul(before, 2);
      expect(Array.from(after.dataSync())).toEqual([4, 6]);
      expect(Array.from(before.dataSync())).toEqual([2, 3]);
      expect(() => poisoned.dataSync()).toThrow(/^Gather/);
      expect(Array.from(tf.add(after, before).dataSync())).toEqual([6, 9]);
    });
  });

  it('is not taken for another: an impossible size leaves the engine usable', () => {
    tf.tidy(() => {
      const huge = tf.tile(tf.tensor2d([[1, 2, 3]]), [2 ** 20, 2 ** 16]);
      expect(() => huge.dataSync()).toThrow();
      expect(Array.from(tf.add(tf.tensor1d([1]), 1).dataSync())).toEqual([2]);
    });
  });
});
