import { describe, expect, it } from 'vitest';
import { confidenceInterval, resampleRows } from './bootstrap.js';
import { bootstrap, bootstrapMean, bootstrapMetric, createAccuracy, createBleu, rocAuc } from './index.js';
import { normalCdf, normalQuantile } from './normal.js';
import { expectClose, reference } from './testing/reference.js';

const { values, distribution, cases, cdf, quantile } = reference.intervals;
const meanOf = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe("SciPy's bootstrap", () => {
  it.each(cases)('$method at $confidence, from the same resamples', ({ method, confidence, low, high, error }) => {
    const jackknife = values.map((_, left) => meanOf(values.filter((_, i) => i !== left)));
    const interval = confidenceInterval(meanOf(values), distribution, jackknife, { method, confidence });
    expectClose([interval.low, interval.high, interval.standardError], [low, high, error], 1e-11);
  });

  it('the normal distribution', () => {
    for (const [x, p] of cdf) expectClose(normalCdf(x), p, 1e-15);
    for (const [p, x] of quantile) expectClose(normalQuantile(p), x, 1e-14);
    expect([normalCdf(-40), normalCdf(40), normalQuantile(0), normalQuantile(1)]).toEqual([
      0,
      1,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(normalQuantile(1.1)).toBeNaN();
  });

  it('and with our own resamples nearly the same', () => {
    const wide = cases.find(({ method, confidence }) => method === 'bca' && confidence === 0.95)!;
    const interval = bootstrapMean(values, { resamples: 4000 });
    expect(Math.abs(interval.low - wide.low)).toBeLessThan(0.05);
    expect(Math.abs(interval.high - wide.high)).toBeLessThan(0.05);
  });
});

describe('resamples', () => {
  it('are a function of the seed', () => {
    expect(bootstrapMean(values, { seed: 5 })).toEqual(bootstrapMean(values, { seed: 5 }));
    expect(bootstrapMean(values, { seed: 6 })).not.toEqual(bootstrapMean(values, { seed: 5 }));
  });

  it('draw every row equally often (chi-square, 19 degrees of freedom)', () => {
    const counts = new Array<number>(20).fill(0);
    for (let r = 0; r < 2000; r++) for (const row of resampleRows(20, 3, r)) counts[row]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // 99.99 % lies below 53; the numbers are fixed, so this cannot flake.
    expect(chiSquare).toBeLessThan(53);
  });

  it('cover the truth about as often as they claim', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const sample = Array.from(resampleRows(60, 77, trial)).map((row) => row / 59);
      const { low, high } = bootstrapMean(sample, { resamples: 300, confidence: 0.9, seed: trial });
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    // 180 ± 4.2 are expected of 200; four deviations.
    expect(covered).toBeGreaterThan(162);
    expect(covered).toBeLessThan(198);
  });
});

it('of many samples, BCa leaves out groups, and corrects nearly the same', () => {
  const many = Array.from({ length: 1000 }, (_, i) => ((i * 379) % 1000) ** 4 / 1e12);
  const jackknife = (groups: number) =>
    Array.from({ length: groups }, (_, group) => meanOf(many.filter((_, i) => i % groups !== group)));
  const estimate = meanOf(many);
  const resampled = Array.from({ length: 200 }, (_, r) =>
    meanOf(Array.from(resampleRows(1000, 0, r), (row) => many[row]!)),
  );
  const full = confidenceInterval(estimate, resampled, jackknife(1000), {});
  const plain = confidenceInterval(estimate, resampled, [], { method: 'percentile' });
  const grouped = bootstrapMean(many, { resamples: 200 });
  expectClose([grouped.estimate, grouped.standardError], [full.estimate, full.standardError]);
  for (const end of ['low', 'high'] as const)
    expect(Math.abs(grouped[end] - full[end])).toBeLessThan(0.2 * (plain.high - plain.low));
});

describe('any statistic', () => {
  const labels = Array.from({ length: 30 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const scores = labels.map((label, i) => label + (i % 7) / 4);

  it('of rows, with undefined resamples left out and counted', () => {
    const pick = (rows: Int32Array, from: readonly number[]) => Array.from(rows, (row) => from[row]!);
    const interval = bootstrap(30, (rows) => rocAuc(pick(rows, scores), pick(rows, labels)), { resamples: 400 });
    // 0.9³⁰ = 4.2 % of the resamples have no positive.
    expect(interval.undefined).toBeGreaterThan(4);
    expect(interval.undefined).toBeLessThan(40);
    expect(interval.estimate).toBe(rocAuc(scores, labels));
    expect(interval.low).toBeLessThan(interval.estimate);
    expect(interval.high).toBeGreaterThanOrEqual(interval.estimate);
  });

  it('of a metric, from its samples’ states', () => {
    const hits = [1, 1, 1, 0, 1, 0, 1, 1];
    const metric = createAccuracy({ classes: 2 });
    const states = hits.map((hit) => {
      metric.reset();
      metric.update([hit], [1]);
      return metric.state();
    });
    const options = { resamples: 200, seed: 9 };
    expect(bootstrapMetric(metric, states, (value) => value, options)).toEqual(bootstrapMean(hits, options));
    const bleu = createBleu();
    const sentences = reference.text.hypotheses.map((hypothesis, i) => {
      bleu.reset();
      bleu.update([hypothesis], [reference.text.references[i]![0]]);
      return bleu.state();
    });
    const interval = bootstrapMetric(bleu, sentences, ({ score }) => score, { resamples: 100 });
    expectClose(interval.estimate, reference.text.bleu[0]!.score);
    expect(interval.low).toBeLessThan(interval.high);
  });

  it('a constant has an interval of no width', () => {
    for (const method of ['percentile', 'basic', 'bca'] as const)
      expect(bootstrapMean([2, 2, 2, 2], { method })).toMatchObject({ estimate: 2, low: 2, high: 2, standardError: 0 });
  });

  it('says what is wrong', () => {
    expect(() => bootstrapMean([1])).toThrow(/samples is 1; it must be a whole number of at least 2/);
    expect(() => bootstrapMean([1, Number.NaN])).toThrow(/row 1 is NaN/);
    expect(() => bootstrapMean([1, 2], { confidence: 95 })).toThrow(/confidence is 95/);
    expect(() => bootstrapMean([1, 2], { resamples: 0 })).toThrow(/resamples is 0/);
  });
});
