import { describe, expect, it } from 'vitest';
import { createAveragePrecision, createMultilabel, createRocAuc } from './index.js';
import { expectClose, reference } from './testing/reference.js';

const { labels, scores, classes, cases, exactMatch, ...wanted } = reference.multilabel;

describe("scikit-learn's scores of samples that may be of several classes", () => {
  it.each(cases)('precision, recall, F2: $average, zero_division $zero', ({ average, zero, precision, recall, f }) => {
    const metric = createMultilabel({ classes, average, zeroDivision: zero, beta: 2 });
    expect(metric.compute().precision).toBeNaN();
    metric.update(scores.slice(0, 20), labels.slice(0, 20));
    const rest = createMultilabel({ classes, average, zeroDivision: zero, beta: 2 });
    rest.update(scores.slice(20), labels.slice(20));
    metric.merge(rest.state());
    const result = metric.compute();
    expectClose([result.precision, result.recall, result.fBeta], [precision, recall, f]);
    expectClose(result.exactMatch, exactMatch);
  });

  it.each(['macro', 'weighted', 'micro'] as const)('areas: %s', (average) => {
    const three = (rows: number[][]) => rows.map((row) => row.slice(0, 3));
    const roc = createRocAuc({ classes: 3, average, multilabel: true });
    roc.update(three(scores), three(labels));
    expectClose(roc.compute().auc, wanted.rocAuc[average]);
    const precision = createAveragePrecision({ classes, average, multilabel: true });
    precision.update(scores, labels);
    expectClose(precision.compute().averagePrecision, wanted.averagePrecision[average]);
  });

  it('says what does not fit', () => {
    const metric = createMultilabel({ classes: 2 });
    expect(() => metric.update([[0.1, 0.9]], [[0, 2]])).toThrow(/2 at row 0, class 1; 0 or 1/);
    expect(() => metric.update([[0.1, 0.9]], [[0, 1, 1]])).toThrow(/shape \[1, 3\]; 0 and 1 of shape \[rows, 2\]/);
    expect(() => metric.update([[0.1, Number.NaN]], [[0, 1]])).toThrow(/row 0 is NaN/);
    expect(() => createRocAuc({ classes: 2, multilabel: true, multiClass: 'ovo' })).toThrow(/multilabel/);
  });
});
