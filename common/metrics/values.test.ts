import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import '../backend/index.js';
import {
  createMean,
  createMeanAbsoluteError,
  createMeanSquaredError,
  createPerplexity,
  createPsnr,
  createR2,
  createSsim,
  psnr,
  ssim,
} from './index.js';
import { expectClose, reference } from './testing/reference.js';

const fed = <M extends { update(p: number[] | number[][], t: number[] | number[][]): void; compute(): R }, R>(
  metric: M & { compute(): R },
  predictions: number[] | number[][],
  targets: number[] | number[][],
): R => {
  metric.update(predictions, targets);
  return metric.compute();
};

describe("scikit-learn's regression scores", () => {
  const { targets, predictions, ...wanted } = reference.regression;
  const first = (rows: number[][]) => rows.map((row) => row[0]!);

  it('MSE, RMSE, MAE', () => {
    expectClose(fed(createMeanSquaredError(), predictions, targets), wanted.mse);
    expectClose(fed(createMeanSquaredError({ root: true }), first(predictions), first(targets)), wanted.rmse);
    expectClose(fed(createMeanAbsoluteError(), predictions, targets), wanted.mae);
  });

  it('R²', () => {
    const all = fed(createR2({ outputs: 3 }), predictions, targets);
    expectClose(all.r2, wanted.r2);
    expectClose(all.perOutput, wanted.r2PerOutput);
    expectClose(fed(createR2({ outputs: 3, average: 'variance' }), predictions, targets).r2, wanted.r2Variance);
    expectClose(fed(createR2(), first(predictions), first(targets)).r2, wanted.r2First);
    const far = (rows: number[][]) => first(rows).map((value) => value + 1e6);
    expectClose(fed(createR2(), far(predictions), far(targets)).r2, wanted.r2Far, 1e-9);
    expect(fed(createR2(), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]).r2).toBe(wanted.r2Constant[0]);
    expect(fed(createR2(), [0.1, 0.2, 0.3], [0.5, 0.5, 0.5]).r2).toBe(wanted.r2Constant[1]);
    // scikit-learn says -8.7e31 here: its mean of three 0.1 is not 0.1.
    expect(fed(createR2(), [0.1, 0.2, 0.3], [0.1, 0.1, 0.1]).r2).toBe(0);
  });

  it('loses nothing far from 0', () => {
    const n = 1000;
    const y = Array.from({ length: n }, (_, i) => 1e9 + (i % 2));
    // Σ (y - ȳ)² is n/4; every prediction is off by 1/4.
    expect(
      fed(
        createR2(),
        y.map((value) => value + 0.25),
        y,
      ).r2,
    ).toBe(0.75);
  });

  it('says what does not fit', () => {
    const mse = createMeanSquaredError();
    expect(mse.compute()).toBeNaN();
    expect(() => mse.update([1, 2], [1])).toThrow(/predictions have 2 values, targets 1 values/);
    expect(() => mse.update([1, Number.NaN], [1, 2])).toThrow(/predictions: the value of row 1 is NaN/);
    expect(() => mse.update(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(/\[2, 3\], targets shape \[3, 2\]/);
    expect(() => createR2({ outputs: 2 }).update([1, 2, 3], [1, 2, 3])).toThrow(/\[rows, 2\]/);
    expect(createR2().compute().r2).toBeNaN();
    mse.update(tf.zeros([2, 1]), tf.ones([2]));
    expect(mse.compute()).toBe(1);
  });
});

describe("scikit-image's PSNR and SSIM", () => {
  const { height, width, channels, a, b, ...wanted } = reference.images;
  const picture = (data: ArrayLike<number>) => ({ data, height, width, channels });
  const [bytesA, bytesB] = [picture(Uint8Array.from(a)), picture(Uint8Array.from(b))];
  const unit = (values: number[]) => picture(values.map((value) => value / 255));

  it('of bytes and of floats', () => {
    expectClose(psnr(bytesA, bytesB), wanted.psnr);
    expectClose(psnr(unit(a), unit(b), { dataRange: 1 }), wanted.psnrUnit);
    expectClose(ssim(bytesA, bytesB), wanted.ssim, 1e-11);
    expectClose(ssim(unit(a), unit(b), { dataRange: 1 }), wanted.ssimUnit, 1e-11);
  });

  it('with other windows', () => {
    expectClose(ssim(bytesA, bytesB, { window: 'gaussian', sampleCovariance: false }), wanted.ssimGaussian, 1e-11);
    expectClose(ssim(bytesA, bytesB, { window: 'gaussian', sigma: 1 }), wanted.ssimSigma1, 1e-11);
    const plane = (data: number[]) => ({
      data: Uint8Array.from(data.filter((_, i) => i % channels === 0)),
      height,
      width,
      channels: 1,
    });
    expectClose(ssim(plane(a), plane(b), { windowSize: 11 }), wanted.ssimFirstWindow11, 1e-11);
  });

  it('of batches of tensors: the mean over pictures', () => {
    const images = tf.tensor4d([...a, ...b], [2, height, width, channels]);
    const targets = tf.tensor4d([...b, ...b], [2, height, width, channels]);
    const similarity = createSsim({ dataRange: 255 });
    similarity.update(images, targets);
    expectClose(similarity.compute(), (wanted.ssim + 1) / 2, 1e-11);
    const ratio = createPsnr({ dataRange: 255 });
    ratio.update(images, targets);
    expect(ratio.compute()).toBe(Number.POSITIVE_INFINITY);
  });

  it('says what does not fit', () => {
    expect(() => psnr(unit(a), unit(b))).toThrow(/dataRange is undefined/);
    expect(() => psnr(bytesA, { ...bytesB, height: 20, width: 24 })).toThrow(
      /\[1, 24, 20, 3\], targets \[1, 20, 24, 3\]/,
    );
    expect(() => psnr(bytesA, { ...bytesB, channels: 1 })).toThrow(/1440 values are not/);
    expect(() => ssim(tf.zeros([6, 9]), tf.zeros([6, 9]), { dataRange: 1 })).toThrow(/window of 7 pixels.*6 × 9/);
    expect(() => createSsim({ windowSize: 4 })).toThrow(/odd/);
    expect(createSsim().compute()).toBeNaN();
  });
});

describe('means', () => {
  it('perplexity of equal chances is their number', () => {
    const metric = createPerplexity();
    expect(metric.compute()).toBeNaN();
    metric.update(
      tf.zeros([2, 3, 50]),
      tf.tensor2d(
        [
          [0, 1, -100],
          [49, -100, -100],
        ],
        [2, 3],
        'int32',
      ),
    );
    expectClose(metric.compute(), 50);
    metric.update([Math.log(8), Math.log(8), Math.log(8)]);
    expectClose(metric.compute(), 20);
    metric.reset();
    metric.update([[0, Math.log(3)]], [1]);
    expectClose(metric.compute(), 4 / 3);
    expect(() => metric.update([1, 2, 3], [0, 1])).toThrow(/2 targets, but logits have 3 values/);
    expect(() => metric.update([[1, 2]], [2])).toThrow(/label 2 at row 0/);
    expect(() => metric.update(tf.zeros([2, 3, 5]), tf.zeros([3, 2], 'int32'))).toThrow(/targets have shape \[3, 2\]/);
    expect(() => metric.update([Number.NaN])).toThrow(/losses: the value of row 0 is NaN/);
  });

  it('a mean of numbers', () => {
    const metric = createMean();
    metric.update([1e16, 1, -1e16]);
    expect(metric.compute()).toBe(1 / 3);
  });
});
