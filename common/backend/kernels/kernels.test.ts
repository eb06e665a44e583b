import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, configureEngine } from '../index.js';
import { hostKernels } from './fallback.js';

configureEngine({ threads: 1 });

const names = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);

describe('kernels', () => {
  it('has every kernel of the CPU backend', () => {
    const here = new Set(names('onnx'));
    expect(names('cpu').filter((name) => !here.has(name))).toEqual([]);
  });

  it('runs on the host only what the table names', () => {
    const there = new Set(names('cpu'));
    expect(hostKernels.filter((name) => !there.has(name))).toEqual([]);
  });

  it('names the operator that a recording cannot hold', () => {
    const find = compile((x: tf.Tensor1D) => tf.unique(x).values, { name: 'find' });
    expect(() => find(tf.tensor1d([1, 2, 1]))).toThrow(
      /Unique was called inside find: it needs the values of its inputs/,
    );
    expect(Array.from(tf.unique(tf.tensor1d([1, 2, 1])).values.dataSync())).toEqual([1, 2]);
  });

  it('holds strings', () => {
    const words = tf.tensor2d(['a', 'ß', '', 'long word'], [2, 2]);
    expect(tf.reshape(words, [4]).dataSync()).toEqual(['a', 'ß', '', 'long word']);
    expect(tf.slice(words, [1, 0], [1, 2]).arraySync()).toEqual([['', 'long word']]);
    expect(tf.concat([words, words], 1).shape).toEqual([2, 4]);
    const same = compile(() => words, { name: 'same' });
    expect(() => same()).toThrow(/strings/);
  });

  it('transforms inside of a recording', () => {
    const spectrum = compile((x: tf.Tensor1D) => tf.abs(tf.rfft(x)), { name: 'spectrum' });
    // A cosine of two periods is two lines of half the length.
    const wave = tf.tensor1d(Array.from({ length: 8 }, (_, i) => Math.cos((2 * Math.PI * 2 * i) / 8)));
    for (let i = 0; i < 2; i++) {
      const found = Array.from(spectrum(wave).dataSync());
      for (const [place, value] of [0, 0, 4, 0, 0].entries()) expect(found[place]).toBeCloseTo(value, 5);
    }
    const turned = compile((x: tf.Tensor1D) => tf.complex(x, x), { name: 'turned' });
    expect(() => turned(wave)).toThrow(/tf\.real and tf\.imag/);
  });

  it('frees the parts of complex numbers', () => {
    const before = tf.memory().numDataBuffers;
    const z = tf.complex([1, 2], [3, 4]);
    const view = tf.reshape(tf.mul(z, z), [2, 1]);
    expect(Array.from(view.dataSync())).toEqual([-8, 6, -12, 16]);
    tf.dispose([z, view]);
    expect(tf.memory().numDataBuffers).toBeLessThanOrEqual(before + 3);
    const engine = tf.backend().numDataIds();
    tf.tidy(() => tf.fft(tf.complex([1, 2, 3, 4], [0, 0, 0, 0])).dataSync());
    expect(tf.backend().numDataIds()).toBe(engine);
  });

  it('tells an index that does not fit', () => {
    expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([2], 'int32')).dataSync()).toThrow(
      /index value 2 is not in \[0, 1\]/,
    );
    expect(() => tf.gatherND(tf.tensor1d([1, 2]), tf.tensor2d([[3]], [1, 1], 'int32')).dataSync()).toThrow(
      /3 does not index into 2/,
    );
  });
});
