import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import '../backend/index.js';
import {
  accuracy,
  balancedAccuracy,
  ConfusionMatrix,
  classificationReport,
  cohenKappa,
  createAccuracy,
  createBalancedAccuracy,
  createCohenKappa,
  createFBeta,
  createMatthews,
  createPrecision,
  createRecall,
  createTopKAccuracy,
  fBeta,
  fBetaPerClass,
  matthews,
  precision,
  precisionPerClass,
  recall,
  recallPerClass,
} from './index.js';
import { expectClose, reference } from './testing/reference.js';

const { labels, predicted, classes, confusion } = reference.classes;

describe('accuracy of tensors', () => {
  it('counts rows by hand', () => {
    const logits = tf.tensor2d([
      [1, 2, 0],
      [3, 1, 2],
      [0, 0, 1],
      [5, 6, 7],
    ]);
    expect(accuracy(logits, tf.tensor1d([1, 0, 2, 0], 'int32')).dataSync()[0]).toBe(0.75);
  });
});

describe('ConfusionMatrix', () => {
  it("is scikit-learn's, from classes, tensors, rows of scores and flat scores", () => {
    const inputs = [
      predicted,
      tf.tensor1d(predicted, 'int32'),
      predicted.map((p) => Array.from({ length: classes }, (_, c) => (c === p ? 2 : 1))),
      Float32Array.from(predicted.flatMap((p) => Array.from({ length: classes }, (_, c) => (c === p ? 2 : 1)))),
      tf.oneHot(tf.tensor1d(predicted, 'int32'), classes),
    ];
    for (const input of inputs) {
      const matrix = new ConfusionMatrix(classes);
      matrix.update(input, labels);
      expect(matrix.counts).toEqual(confusion);
    }
  });

  it('is exact across batches', () => {
    const matrix = new ConfusionMatrix(3);
    matrix.update([0, 1, 1], [0, 0, 1]);
    matrix.update(Int32Array.of(0), Int32Array.of(2));
    expect(matrix.counts).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(matrix.accuracy).toBe(0.5);
    expect(matrix.perClassAccuracy).toEqual([0.5, 1, 0]);
    const copy = new ConfusionMatrix(3);
    copy.load(matrix.state());
    copy.merge(copy.state());
    expect(copy.total).toBe(8);
    expect(matrix.total).toBe(4);
  });

  it('takes the first of equal scores, and leaves ignored targets out', () => {
    const matrix = new ConfusionMatrix(2, { ignoreIndex: -100 });
    matrix.update(
      [
        [1, 1],
        [0, 1],
        [0, 1],
      ],
      [0, -100, 1],
    );
    expect(matrix.counts).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('refuses what it cannot count, and stays as it was', () => {
    const matrix = new ConfusionMatrix(2);
    matrix.update([0], [0]);
    expect(() => matrix.update([0, 0], [0, 2])).toThrow(/targets: label 2 at row 1.*0 to 1/);
    expect(() => matrix.update([0, -1], [0, 1])).toThrow(/predictions: label -1 at row 1/);
    expect(() => matrix.update([0, 0.7], [0, 1])).toThrow(/label 0.7/);
    expect(() => matrix.update([0], [0, 1])).toThrow(/2 targets, but predictions have 1 values.*\[2\].*\[2, 2\]/);
    expect(() => matrix.update([[0, Number.NaN]], [0])).toThrow(/row 0 is NaN/);
    expect(() => matrix.update([[0, 1, 2]], [0])).toThrow(/shape \[1, 3\].*\[1, 2\]/);
    expect(() => matrix.update([[0, 1], [1]], [0, 1])).toThrow(/row 1 has 1 values/);
    expect(() => matrix.update(tf.zeros([2, 2]), tf.zeros([2, 1], 'int32'))).toThrow(/targets have shape \[2, 1\]/);
    expect(() => new ConfusionMatrix(0)).toThrow(/classes is 0/);
    expect(() => matrix.merge(new ConfusionMatrix(3).state())).toThrow(/classes = 3.*classes = 2/);
    expect(matrix.counts).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

describe("scikit-learn's precision, recall and F-beta", () => {
  it.each(reference.classes.cases)('zero_division $zero, beta $beta, average $average', (wanted) => {
    const options = { zeroDivision: wanted.zero, beta: wanted.beta };
    if (wanted.average === null) {
      expectClose(precisionPerClass(confusion, options), wanted.precision);
      expectClose(recallPerClass(confusion, options), wanted.recall);
      expectClose(fBetaPerClass(confusion, options), wanted.f);
      return;
    }
    const averaged = { ...options, average: wanted.average };
    expectClose(precision(confusion, averaged), wanted.precision);
    expectClose(recall(confusion, averaged), wanted.recall);
    expectClose(fBeta(confusion, averaged), wanted.f);
    const streaming = createFBeta({ classes, ...averaged });
    streaming.update(predicted, labels);
    expectClose(streaming.compute(), wanted.f);
  });

  it('binary', () => {
    const wanted = reference.classes.binary;
    const options = { classes: 2, average: 'binary' } as const;
    const metrics = { precision: createPrecision(options), recall: createRecall(options), f1: createFBeta(options) };
    for (const key of ['precision', 'recall', 'f1'] as const) {
      metrics[key].update(wanted.predicted, wanted.labels);
      expectClose(metrics[key].compute(), wanted[key]);
    }
  });

  it('says what an option may be', () => {
    expect(() => createPrecision({ classes: 2, average: JSON.parse('"makro"') })).toThrow(
      /"makro" is none of.*"macro"/,
    );
    expect(() => createRecall({ classes: 2, zeroDivision: 0.5 })).toThrow(/0, 1 or NaN/);
    expect(() => createFBeta({ classes: 2, beta: -1 })).toThrow(/at least 0/);
    expect(() => createPrecision({ classes: 2, average: 'binary', positive: 2 })).toThrow(/0 to 1/);
  });
});

describe("scikit-learn's other scores of classes", () => {
  const { kappa, binary, eighths, names, report, report4 } = reference.classes;
  const fed = <M extends { update(p: number[], t: number[]): void }>(metric: M): M => {
    metric.update(predicted, labels);
    return metric;
  };

  it('accuracy, balanced accuracy, Matthews, kappa', () => {
    expectClose(fed(createAccuracy({ classes })).compute(), reference.classes.accuracy);
    expectClose(fed(createBalancedAccuracy({ classes })).compute(), reference.classes.balanced);
    expectClose(fed(createMatthews({ classes })).compute(), reference.classes.matthews);
    expectClose(fed(createCohenKappa({ classes })).compute(), kappa.None);
    expectClose(cohenKappa(confusion, { weights: 'linear' }), kappa.linear);
    expectClose(cohenKappa(confusion, { weights: 'quadratic' }), kappa.quadratic);
    const matrix = new ConfusionMatrix(2);
    matrix.update(binary.predicted, binary.labels);
    expectClose(matthews(matrix.counts), binary.matthews);
    expectClose(cohenKappa(matrix.counts), binary.kappa);
  });

  it('is defined, or NaN, for one class and for none', () => {
    const one = [
      [4, 0],
      [0, 0],
    ];
    const none = [
      [0, 0],
      [0, 0],
    ];
    expect(matthews(one)).toBe(0);
    expect(cohenKappa(one)).toBeNaN();
    expect(balancedAccuracy(one)).toBe(1);
    expect(precision(one)).toBe(0.5);
    expect(precision(one, { zeroDivision: Number.NaN })).toBe(1);
    for (const value of [matthews(none), cohenKappa(none), balancedAccuracy(none), precision(none), fBeta(none)])
      expect(value).toBeNaN();
    expect(createAccuracy({ classes: 2 }).compute()).toBeNaN();
  });

  it('the report, to the letter', () => {
    expect(classificationReport(confusion, names)).toBe(report);
    expect(classificationReport(confusion, undefined, { digits: 4, zeroDivision: Number.NaN })).toBe(report4);
    const matrix = new ConfusionMatrix(2);
    matrix.update(eighths.predicted, eighths.labels);
    expect(classificationReport(matrix.counts)).toBe(eighths.report);
    expect(() => classificationReport(confusion, ['a'])).toThrow(/1 names for 5 classes/);
  });
});

describe('top-k accuracy', () => {
  const { raw, topK, ...scores } = reference.scores;
  it.each(Object.entries(topK))("k = %s, with scikit-learn's ties", (k, wanted) => {
    const metric = createTopKAccuracy({ classes: scores.classes, k: Number(k) });
    metric.update(raw, scores.labels);
    expectClose(metric.compute(), wanted);
  });

  it('ties as argmax on request', () => {
    const first = createTopKAccuracy({ classes: 3, k: 1, ties: 'first' });
    const last = createTopKAccuracy({ classes: 3, k: 1 });
    for (const metric of [first, last])
      metric.update(
        [
          [1, 1, 0],
          [1, 1, 0],
        ],
        [0, 0],
      );
    expect(first.compute()).toBe(1);
    expect(last.compute()).toBe(0);
  });

  it('refuses a k that every sample meets, and NaN', () => {
    expect(() => createTopKAccuracy({ classes: 5 })).toThrow(/k is 5 of 5 classes/);
    expect(() => createTopKAccuracy({ classes: 5, k: 2 }).update([[0, 1, 2, 3, Number.NaN]], [0])).toThrow(
      /row 0 is NaN/,
    );
  });
});
