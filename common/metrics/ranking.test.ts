import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  createAveragePrecision,
  createCalibration,
  createLogLoss,
  createPrecisionRecallCurve,
  createRoc,
  createRocAuc,
  precisionRecallCurve,
  rocAuc,
  rocCurve,
} from './index.js';
import { expectClose, reference } from './testing/reference.js';

const softmaxOfRaw = reference.scores.raw.map((row) => {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((value) => value / sum);
});
const { labels, classes } = reference.scores;

describe.each(reference.curves)("scikit-learn's curves: $name", (wanted) => {
  it('ROC and its area', () => {
    for (const [options, [fpr, tpr, thresholds]] of [
      [{}, wanted.roc],
      [{ dropIntermediate: false }, wanted.rocFull],
    ] as const) {
      const curve = rocCurve(wanted.scores, wanted.labels, options);
      expectClose(curve.falsePositiveRate, fpr);
      expectClose(curve.truePositiveRate, tpr);
      expect(curve.thresholds).toEqual(thresholds);
    }
    expectClose(rocAuc(wanted.scores, wanted.labels), wanted.auc);
    expectClose(rocAuc(wanted.scores, wanted.labels, { maxFalsePositiveRate: 0.3 }), wanted.partial);
  });

  it('precision and recall, average precision, area', () => {
    const [precision, recall, thresholds] = wanted.pr;
    const curve = precisionRecallCurve(wanted.scores, wanted.labels);
    expectClose(curve.precision, precision);
    expectClose(curve.recall, recall);
    expect(curve.thresholds).toEqual(thresholds);
    expectClose(averagePrecision(wanted.scores, wanted.labels), wanted.averagePrecision);
    const metric = createPrecisionRecallCurve();
    wanted.scores.forEach((score, i) => {
      metric.update([score], [wanted.labels[i]!]);
    });
    expectClose(metric.compute().area, wanted.prArea);
    expectClose(metric.compute().averagePrecision, wanted.averagePrecision);
  });

  it('does not depend on the order of tied samples', () => {
    const order = [...wanted.scores.keys()].sort((a, b) => ((a * 7919) % 61) - ((b * 7919) % 61));
    const scores = order.map((i) => wanted.scores[i]!);
    const shuffled = order.map((i) => wanted.labels[i]!);
    expect(rocCurve(scores, shuffled)).toEqual(rocCurve(wanted.scores, wanted.labels));
    expect(averagePrecision(scores, shuffled)).toBe(averagePrecision(wanted.scores, wanted.labels));
  });
});

describe('areas of several classes', () => {
  it.each([
    ['ovr', 'macro'],
    ['ovr', 'weighted'],
    ['ovr', 'micro'],
    ['ovo', 'macro'],
    ['ovo', 'weighted'],
  ] as const)('ROC %s %s', (multiClass, average) => {
    const metric = createRocAuc({ classes, multiClass, average });
    metric.update(softmaxOfRaw, labels);
    expectClose(metric.compute().auc, reference.scores.rocAuc[`${multiClass} ${average}`]!);
    expectClose(metric.compute().perClass, reference.scores.rocAuc.perClass);
  });

  it.each(['macro', 'weighted', 'micro'] as const)('average precision %s', (average) => {
    const metric = createAveragePrecision({ classes, average });
    metric.update(softmaxOfRaw, labels);
    expectClose(metric.compute().averagePrecision, reference.scores.averagePrecision[average]!);
    expectClose(metric.compute().perClass, reference.scores.averagePrecision.perClass);
  });

  it('a class without samples is NaN, or left out', () => {
    const batch = [
      [
        [0.7, 0.2, 0.1],
        [0.2, 0.7, 0.1],
        [0.4, 0.5, 0.1],
      ],
      [0, 1, 0],
    ] as const;
    const value = (skipAbsent: boolean, multiClass: 'ovr' | 'ovo') => {
      const metric = createRocAuc({ classes: 3, skipAbsent, multiClass });
      metric.update(...batch);
      return metric.compute().auc;
    };
    for (const kind of ['ovr', 'ovo'] as const) {
      expect(value(false, kind)).toBeNaN();
      expect(value(true, kind)).toBe(1);
    }
    const metric = createAveragePrecision({ classes: 3 });
    metric.update(...batch);
    expect(metric.compute()).toEqual({ averagePrecision: 2 / 3, perClass: [1, 1, 0] });
  });

  it('one class only, nothing at all, and what is refused', () => {
    expect(rocAuc([0.1, 0.2], [1, 1])).toBeNaN();
    expect(createRoc().compute().auc).toBeNaN();
    expect(createAveragePrecision({ classes: 2 }).compute().averagePrecision).toBeNaN();
    expect(createPrecisionRecallCurve().compute().averagePrecision).toBeNaN();
    expect(() => rocAuc([0.1, Number.NaN], [0, 1])).toThrow(/scores: the value of row 1 is NaN/);
    expect(() => rocAuc([0.1, 0.2], [0, 2])).toThrow(/label 2 at row 1.*0 to 1/);
    expect(() => rocAuc([0.1], [0, 1])).toThrow(/2 targets, but scores have 1 values/);
    expect(() => rocAuc([0.1, 0.2], [0, 1], { maxFalsePositiveRate: 0 })).toThrow(/above 0/);
    expect(() => createRocAuc({ classes: 2 }).update([[3, -1]], [0])).toThrow(/softmax/);
    expect(() => createRocAuc({ classes: 2, multiClass: 'ovo', average: 'micro' })).toThrow(/macro or weighted/);
  });
});

describe('log loss', () => {
  const sure = [...reference.scores.sureRows, ...softmaxOfRaw.slice(3)];
  const lossOf = (predictions: readonly number[][] | Float32Array, logits = false) => {
    const metric = createLogLoss({ classes, logits });
    metric.update(predictions, labels);
    return metric.compute();
  };

  it("is scikit-learn's, clipped by the type's epsilon", () => {
    expectClose(lossOf(softmaxOfRaw), reference.scores.logLoss);
    expectClose(lossOf(sure), reference.scores.logLossSure);
    expectClose(lossOf(Float32Array.from(sure.flat())), reference.scores.logLossSure32, 1e-6);
  });

  it('of logits, and of two classes', () => {
    expectClose(
      lossOf(
        softmaxOfRaw.map((row) => row.map((p) => Math.log(p) + 1000)),
        true,
      ),
      reference.scores.logLoss,
    );
    const metric = createLogLoss({ classes: 2 });
    metric.update([0.9, 0.2], [1, 0]);
    expectClose(metric.compute(), -(Math.log(0.9) + Math.log(0.8)) / 2);
    expect(() => metric.update([1.2, 0.1], [1, 0])).toThrow(/1.2 at row 0 is no probability/);
    expect(() => createLogLoss({ classes: 2 }).update([[0.9, 0.9]], [1])).toThrow(/row 0 adds up to 1.8/);
  });
});

describe('calibration error', () => {
  const wanted = reference.calibration;
  it.each(Object.entries(wanted.bins))(
    "%s bins hold what scikit-learn's calibration_curve puts there",
    (bins, expected) => {
      const metric = createCalibration({ classes: 2, bins: Number(bins) });
      metric.update(wanted.probabilities, wanted.labels);
      const result = metric.compute();
      expect(result.bins.map(({ count }) => count)).toEqual(expected.counts);
      const filled = result.bins.filter(({ count }) => count > 0);
      expectClose(
        filled.map(({ accuracy }) => accuracy),
        expected.accuracy,
      );
      expectClose(
        filled.map(({ confidence }) => confidence),
        expected.confidence,
      );
      expectClose([result.ece, result.mce], [expected.ece, expected.mce]);
    },
  );

  it('of the predicted class, by hand', () => {
    const metric = createCalibration({ classes: 3, bins: 2 });
    expect(metric.compute().ece).toBeNaN();
    // Confidences 0.4 (wrong) in the first bin, 0.6 (right) and 1 (wrong) in the second.
    metric.update(
      [
        [0.4, 0.3, 0.3],
        [0.2, 0.6, 0.2],
        [0, 0, 1],
      ],
      [1, 1, 0],
    );
    const { ece, mce } = metric.compute();
    expectClose(ece, (1 * 0.4 + 2 * Math.abs(0.5 - 0.8)) / 3);
    expectClose(mce, 0.4);
  });
});
