import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { configureEngine } from '../index.js';

// Types, NaN, broadcasting, empty tensors and ranks up to 6 as on tfjs's own CPU backend.

configureEngine({ threads: 1 });
afterAll(() => {
  tf.setBackend('onnx');
});

type DType = 'float32' | 'int32' | 'bool';

const samples: Record<DType, number[]> = {
  float32: [-2.5, Number.NaN, 0, 1.5, Number.POSITIVE_INFINITY, -0.5, 3, Number.NEGATIVE_INFINITY],
  int32: [-7, 3, 0, 2, -1, 5, 10, -10],
  bool: [1, 0, 1, 1, 0, 0, 1, 0],
};
const others: Record<DType, number[]> = {
  float32: [2, -1.5, 0, Number.NaN, 0.5, 3, -2, 1],
  int32: [2, -2, 0, 3, -1, 0, 5, -5],
  bool: [0, 1, 1, 0, 1, 0, 0, 1],
};
const make = (dtype: DType, shape: number[], from = samples) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => from[dtype][i % 8] ?? 0),
    shape,
    dtype,
  );
};

interface Outcome {
  dtype?: string;
  shape?: number[];
  data?: number[];
  error?: boolean;
}
function outcome(backend: string, f: () => tf.Tensor): Outcome {
  tf.setBackend(backend);
  try {
    const result = tf.tidy(f);
    return { dtype: result.dtype, shape: result.shape, data: Array.from(result.dataSync() as ArrayLike<number>) };
  } catch {
    return { error: true };
  }
}
function same(name: string, f: () => tf.Tensor): void {
  const [here, there] = [outcome('onnx', f), outcome('cpu', f)];
  if (there.error === true) return;
  expect(here.error, `${name} threw`).toBeUndefined();
  expect([here.dtype, here.shape], name).toEqual([there.dtype, there.shape]);
  there.data?.forEach((value, i) => {
    const found = here.data?.[i] ?? Number.NaN;
    const close =
      Object.is(found, value) || found === value || Math.abs(found - value) <= 1e-5 * Math.max(1, Math.abs(value));
    expect(close, `${name}: ${found} for ${value} at ${i}`).toBe(true);
  });
}

const dtypes: DType[] = ['float32', 'int32', 'bool'];
const unary = {
  abs: tf.abs, acos: tf.acos, acosh: tf.acosh, asin: tf.asin, asinh: tf.asinh, atan: tf.atan, atanh: tf.atanh, ceil: tf.ceil, cos: tf.cos,
  cosh: tf.cosh, elu: tf.elu, erf: tf.erf, exp: tf.exp, expm1: tf.expm1, floor: tf.floor, isFinite: tf.isFinite, isInf: tf.isInf,
  isNaN: tf.isNaN, leakyRelu: tf.leakyRelu, log: tf.log, log1p: tf.log1p, logicalNot: tf.logicalNot, neg: tf.neg, onesLike: tf.onesLike,
  reciprocal: tf.reciprocal, relu: tf.relu, relu6: tf.relu6, round: tf.round, rsqrt: tf.rsqrt, selu: tf.selu, sigmoid: tf.sigmoid,
  sign: tf.sign, sin: tf.sin, sinh: tf.sinh, softplus: tf.softplus, sqrt: tf.sqrt, square: tf.square, step: tf.step, tan: tf.tan,
  tanh: tf.tanh, zerosLike: tf.zerosLike,
}; // biome-ignore format: a table
const binary = {
  add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, divNoNan: tf.divNoNan, floorDiv: tf.floorDiv, mod: tf.mod, pow: tf.pow,
  maximum: tf.maximum, minimum: tf.minimum, squaredDifference: tf.squaredDifference, equal: tf.equal, notEqual: tf.notEqual,
  greater: tf.greater, greaterEqual: tf.greaterEqual, less: tf.less, lessEqual: tf.lessEqual, logicalAnd: tf.logicalAnd,
  logicalOr: tf.logicalOr, logicalXor: tf.logicalXor, atan2: tf.atan2, // A slope that is NaN spoils positive values too here.
  prelu: (x: tf.Tensor, a: tf.Tensor) => tf.prelu(x, tf.cast(tf.cast(a, 'int32'), 'float32')),
}; // biome-ignore format: a table
/** Functions whose values are no integers. */
const floating = new Set([
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atanh',
  'expm1',
  'log1p',
  'reciprocal',
  'selu',
  'sinh',
  'softplus',
  'atan2',
]);
/** Functions that a bool has no place in. */
const numeric = new Set([
  'abs',
  'neg',
  'relu',
  'relu6',
  'sign',
  'square',
  'step',
  'add',
  'div',
  'divNoNan',
  'sub',
  'mul',
  'mod',
  'pow',
  'squaredDifference',
]);
const reductions = {
  sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod, all: tf.all, any: tf.any,
}; // biome-ignore format: a table
const shapes = [[], [8], [0], [2, 0, 3], [2, 4], [1, 2, 1, 2, 2, 1]];

describe('as on the CPU backend', () => {
  for (const [name, f] of Object.entries(unary)) {
    it(name, () => {
      // The CPU backend stores what it computes of integers and bools in their own type, fractions cut off: here they are floats and integers.
      const types = floating.has(name)
        ? (['float32'] as const)
        : numeric.has(name)
          ? (['float32', 'int32'] as const)
          : dtypes;
      for (const dtype of types)
        for (const shape of shapes) same(`${name} ${dtype}[${shape}]`, () => f(make(dtype, shape)));
    });
  }
  for (const [name, f] of Object.entries(binary)) {
    it(name, () => {
      const pairs = [[[8], [8]], [[2, 1, 4], [3, 1]], [[], [2, 3]], [[0, 2], [1, 2]], [[1, 1, 2, 1, 2, 1], [2, 1, 1, 1, 2]]]; // biome-ignore format: pairs
      const types = floating.has(name)
        ? (['float32'] as const)
        : numeric.has(name)
          ? (['float32', 'int32'] as const)
          : dtypes;
      for (const a of types)
        for (const b of types)
          for (const [p = [], q = []] of pairs)
            same(`${name} ${a}[${p}] ${b}[${q}]`, () => f(make(a, p), make(b, q, others)));
    });
  }
  for (const [name, f] of Object.entries(reductions)) {
    it(name, () => {
      const cases: [number[], number[] | undefined, boolean][] = [
        [[2, 4], undefined, false], [[2, 4], [1], true], [[2, 0, 3], [2], false], [[2, 0, 3], [1], false], [[], undefined, false],
        [[2, 1, 2, 1, 2, 1], [0, 4, 5], false],
      ]; // biome-ignore format: a table
      // An empty maximum has no value that an integer could be.
      for (const dtype of dtypes)
        for (const [shape, axis, keep] of cases.filter(
          ([s, a]) => dtype === 'float32' || !s.includes(0) || a?.[0] === 2,
        ))
          same(`${name} ${dtype}[${shape}] over ${axis}`, () => f(make(dtype, shape), axis, keep));
    });
  }
  it('casts', () => {
    for (const from of dtypes)
      for (const to of dtypes)
        for (const shape of shapes) same(`${from} to ${to} [${shape}]`, () => tf.cast(make(from, shape), to));
  });
  it('moves values of every type', () => {
    const moves: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      transpose: (x) => tf.transpose(x),
      reverse: (x) => tf.reverse(x, 0),
      tile: (x) => tf.tile(x, x.shape.map(() => 2)),
      pad: (x) => tf.pad(x, x.shape.map(() => [1, 2] as [number, number])),
      mirrorPad: (x) => tf.mirrorPad(x, x.shape.map(() => [1, 0] as [number, number]), 'symmetric'),
      slice: (x) => tf.slice(x, x.shape.map(() => 1), x.shape.map((d) => Math.max(0, d - 1))),
      stridedSlice: (x) => tf.stridedSlice(x, x.shape.map((d) => d - 1), x.shape.map(() => 0), x.shape.map(() => -1)),
      concat: (x) => tf.concat([x, x], 0),
      stack: (x) => tf.stack([x, x], 1),
      unstack: (x) => tf.unstack(x, 0)[0] ?? x,
      split: (x) => tf.split(x, 2, 0)[1] ?? x,
      gather: (x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32')),
      gatherND: (x) => tf.gatherND(x, tf.tensor2d([1, 0], [2, 1], 'int32')),
      scatterND: (x) => tf.scatterND(tf.tensor2d([1, 3], [2, 1], 'int32'), x, [4, ...x.shape.slice(1)]),
      tensorScatterUpdate: (x) => tf.tensorScatterUpdate(x, tf.tensor2d([1], [1, 1], 'int32'), tf.slice(x, [0], [1])),
      where: (x) => tf.where(tf.tensor1d([1, 0], 'bool').reshape([2, ...x.shape.slice(1).map(() => 1)]).tile([1, ...x.shape.slice(1)]), x, tf.reverse(x, 0)),
      broadcastTo: (x) => tf.broadcastTo(x, [2, ...x.shape]),
      cumsum: (x) => tf.cumsum(x, 0),
      cumprod: (x) => tf.cumprod(x, 0),
      topk: (x) => tf.topk(x, 1).indices,
      // The CPU backend passes over NaN unless it comes first.
      argMax: (x) => tf.argMax(tf.cast(tf.cast(x, 'int32'), 'float32'), -1),
      argMin: (x) => tf.argMin(tf.cast(tf.cast(x, 'int32'), 'float32'), 0),
      diag: (x) => tf.diag(x),
      // The CPU backend multiplies floats by 0 for what belongs to other segments, NaN too.
      unsortedSegmentSum: (x) => tf.unsortedSegmentSum(tf.cast(tf.cast(x, 'int32'), 'float32'), tf.tensor1d([1, 1], 'int32'), 3),
      clipByValue: (x) => (x.dtype === 'bool' ? x : tf.clipByValue(x, -1, 2)),
      oneHot: (x) => tf.oneHot(tf.cast(x, 'int32'), 4),
    }; // biome-ignore format: a table
    for (const [name, f] of Object.entries(moves))
      for (const dtype of dtypes)
        for (const shape of [[2], [2, 4], [2, 2, 2], [2, 1, 2, 1, 2, 1], [2, 0]]) same(`${name} ${dtype}[${shape}]`, () => f(make(dtype, shape))); // biome-ignore format: one line
  });
  it('complex numbers', () => {
    const z = () => tf.complex(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([-1, 0.5, 2, 0, 1, -3], [2, 3]));
    const cases: Record<string, () => tf.Tensor> = {
      add: () => tf.add(z(), tf.ones([2, 3])),
      sub: () => tf.sub(z(), z()),
      mul: () => tf.mul(z(), tf.reverse(tf.mul(tf.real(z()), 2), 0)),
      abs: () => tf.abs(z()),
      real: () => tf.real(z()),
      imag: () => tf.imag(z()),
      concat: () => tf.concat([z(), z()], 1),
      reshape: () => tf.reshape(z(), [3, 2]),
      cast: () => tf.cast(z(), 'float32'),
      fft: () => tf.fft(z()),
      ifft: () => tf.ifft(z()),
      rfft: () => tf.rfft(tf.tensor1d([1, 4, 2, 8, 5, 7])),
      irfft: () => tf.irfft(tf.complex(tf.tensor1d([1, 4, 2, 8]), tf.tensor1d([0, 1, -1, 2]))),
      stft: () => tf.signal.stft(tf.tensor1d(Array.from({ length: 20 }, (_, i) => Math.sin(i))), 8, 4),
    };
    for (const [name, f] of Object.entries(cases)) same(name, f);
  });
});
