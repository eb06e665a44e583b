import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { configureEngine } from '../index.js';
import { type Input, type Row, rows, values, weights } from '../testing/gradientRows.js';

// The gradient of every row against central differences: f is summed with fixed weights, and each input value is moved by ±h. Then the
// same is done to the gradient itself.

// Graphs this small gain nothing from threads.
configureEngine({ threads: 1 });

const tensorOf = (input: Input): tf.Tensor => (input instanceof tf.Tensor ? input : values(input));

/** Compares d Σ f·w / dx with its central differences, for each input that is moved. */
function compare(
  f: (...x: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  of: readonly number[],
  h: number,
): void {
  const outSize = f(...inputs).size;
  const weight = weights(outSize);
  const sumOf = (...x: tf.Tensor[]): number => {
    const out = tf.tidy(() => tf.reshape(f(...x), [-1]));
    // Summed here, in double: the differences of float32 sums would drown.
    const total = Array.from(out.dataSync()).reduce((sum, v, i) => sum + v * (weight[i] ?? 0), 0);
    out.dispose();
    return total;
  };
  const loss = (...x: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(tf.reshape(f(...x), [-1]), tf.tensor1d(weight)));
  for (const which of of) {
    const at = (x: tf.Tensor): tf.Tensor[] => inputs.map((input, i) => (i === which ? x : input));
    const moved = inputs[which];
    if (moved === undefined) throw new Error(`there is no input ${which}`);
    const gradient = tf.tidy(() => tf.grad((x: tf.Tensor) => loss(...at(x)))(moved));
    expect(gradient.shape).toEqual(moved.shape);
    const found = Array.from(gradient.dataSync());
    const data = Array.from(moved.dataSync());
    const differences = data.map((_, i) => {
      const shifted = (by: number) => tf.tensor(data.map((v, j) => (j === i ? v + by : v)), moved.shape); // biome-ignore format: one value
      return (sumOf(...at(shifted(h))) - sumOf(...at(shifted(-h)))) / (2 * h);
    });
    const scale = Math.max(1, ...differences.map(Math.abs));
    found.forEach((value, i) => {
      expect(
        Math.abs(value - (differences[i] ?? 0)),
        `input ${which}[${i}]: ${value} against ${differences[i]}`,
      ).toBeLessThan(0.01 * scale);
    });
  }
}

/** The gradient by one input of Σ w·f², squared so that the slope of a linear operator depends on what is moved too. */
function slopeOf({ f }: Row, which: number, tensors: readonly tf.Tensor[]): (...x: tf.Tensor[]) => tf.Tensor {
  const weight = tf.tensor1d(weights(f(...tensors).size).map((w, i) => w + 0.3 * i));
  return (...x) => {
    const at = x[which];
    if (at === undefined) throw new Error(`there is no input ${which}`);
    const sum = (moved: tf.Tensor) => {
      const out = f(...x.map((t, i) => (i === which ? moved : t)));
      return tf.sum(tf.mul(tf.square(tf.reshape(out, [-1])), weight));
    };
    return tf.grad(sum)(at);
  };
}

/** Kernels with a gradient that the rows do not reach. */
const elsewhere = new Set([
  'FloorDiv', 'NotEqual', 'IsNan', 'IsInf', 'IsFinite', 'OneHot', 'ArgMax', 'ArgMin', 'Step', 'OnesLike', 'ZerosLike', // slope 0
  'ComplexAbs', // tfjs refuses gradients that are not float32
  'LogSoftmax', 'BroadcastTo', // tf.logSoftmax and tf.broadcastTo are made of other kernels
]); // biome-ignore format: a word list

/** Kernels without a gradient, as tfjs has none of them either. */
const undifferentiable = [
  'LogicalAnd', 'LogicalOr', 'All', 'Any', 'BitwiseAnd', 'Multinomial', 'BroadcastArgs', 'Unique', 'SearchSorted', 'Bincount', 'DenseBincount', 'Draw', // truth values, whole numbers, pictures
  'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5',
  'StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast', // strings
  'Fill', 'Range', 'LinSpace', 'AtelierRandomUniform', // of no tensor with a slope
  'Complex', 'Real', 'Imag', 'FFT', 'IFFT', // tfjs refuses gradients that are not float32
  '_FusedMatMul', 'FusedConv2D', 'FusedDepthwiseConv2D', 'EluGrad', // the functions that call them have gradients of their own
  'Dilation2DBackpropFilter', 'Dilation2DBackpropInput', 'Transform', 'RotateWithOffset', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor',
  'SparseFillEmptyRows', 'SparseReshape', 'SparseSegmentMean', 'SparseSegmentSum', 'SparseToDense', // on the host, sequential
]; // biome-ignore format: a word list

describe('gradients against central differences', () => {
  for (const row of rows) {
    const { name, f, inputs, second = true, h = 0.01, of = inputs.map((_, i) => i) } = row;
    it(name, () => {
      const tensors = inputs.map(tensorOf);
      compare(f, tensors, of, h);
      if (second) for (const which of of) compare(slopeOf(row, which, tensors), tensors, of, h);
    });
  }

  it('has a row for every kernel that has a gradient, the gradients themselves too', () => {
    const configs = tf
      .getKernelsForBackend('onnx')
      .flatMap(({ kernelName }) => tf.getGradient(kernelName) ?? [])
      .map((config) => ({ config, gradFunc: config.gradFunc }));
    const used = new Set<string>();
    for (const { config, gradFunc } of configs)
      config.gradFunc = (...given) => {
        used.add(config.kernelName);
        return gradFunc(...given);
      };
    try {
      for (const row of rows)
        tf.tidy(() => {
          const tensors = row.inputs.map(tensorOf);
          tf.grads((...x) => tf.sum(row.f(...x)))(tensors);
          if (row.second !== false)
            for (const which of tensors.keys())
              tf.grads((...x) => tf.sum(tf.square(slopeOf(row, which, tensors)(...x))))(tensors);
        });
    } finally {
      for (const { config, gradFunc } of configs) config.gradFunc = gradFunc;
    }
    expect(
      configs.map(({ config }) => config.kernelName).filter((name) => !used.has(name) && !elsewhere.has(name)),
    ).toEqual([]);
  });

  it('names every kernel that has no gradient', () => {
    const without = tf
      .getKernelsForBackend('onnx')
      .filter(({ kernelName }) => tf.getGradient(kernelName) === undefined);
    expect(without.map(({ kernelName }) => kernelName).sort()).toEqual([...undifferentiable].sort());
  });

  it('a norm has the gradient 0 at 0', () => {
    const gradient = tf.grad((x: tf.Tensor) => tf.norm(x))(tf.zeros([3]));
    expect(Array.from(gradient.dataSync(), Math.abs)).toEqual([0, 0, 0]);
  });
});
