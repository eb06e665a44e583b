import { describe, expect, test } from 'vitest';
import { interpolate } from '../study/interpolate.js';
import { paretoFront } from '../study/paretoFigure.js';
import { niceTicks } from '../study/trials.js';
import { bandOf } from './bands.js';
import { density, scottBandwidth } from './density.js';
import { binEdges, countInBins } from './histogramFigure.js';
import { debiasedAverage } from './smoothing.js';
import { short, shorten } from './text.js';
import { assignRows } from './timelineFigure.js';

describe('debiasedAverage', () => {
  test('is the weighted mean of all values so far', () => {
    // s_t / (1 - w^t) = Σ w^(t-i) y_i / Σ w^(t-i): the sum itself, instead of the recursion.
    const y = [3, -1, 4, 1, -5, 9];
    const expected = y.map((_, t) => {
      const weights = y.slice(0, t + 1).map((_, i) => 0.6 ** (t - i));
      return weights.reduce((sum, w, i) => sum + w * y[i]!, 0) / weights.reduce((a, b) => a + b, 0);
    });
    debiasedAverage(y, 0.6).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 12);
    });
  });

  test('what is not finite is kept and not counted; a constant stays exactly', () => {
    const smooth = debiasedAverage([1, Number.NaN, 3], 0.5);
    expect(smooth[0]).toBe(1);
    expect(smooth[1]).toBeNaN();
    expect(smooth[2]).toBeCloseTo((0.5 * 1 + 3) / 1.5, 12);
    expect(debiasedAverage([0.1, 0.1, 0.1], 0.9)).toEqual([0.1, 0.1, 0.1]);
    expect(debiasedAverage([1, 2], 0)).toEqual([1, 2]);
    expect(() => debiasedAverage([1], 1)).toThrow('not 1');
  });
});

describe('bandOf', () => {
  const curves = [
    { x: [1, 2, 3], y: [1, 2, 3] },
    { x: [1, 2], y: [3, Number.NaN] },
    { x: [1, 3], y: [8, 5] },
  ];
  test('mean and sample standard deviation at each x', () => {
    // 1, 3, 8: mean 4, variance (9 + 1 + 16) / 2 = 13. 3, 5: mean 4, variance 2.
    const band = bandOf(curves, 'deviation');
    expect(band.x).toEqual([1, 2, 3]);
    expect(band.mean).toEqual([4, 2, 4]);
    expect(band.count).toEqual([3, 1, 2]);
    expect(band.high[0]).toBeCloseTo(4 + Math.sqrt(13), 12);
    expect(band.low[2]).toBeCloseTo(4 - Math.SQRT2, 12);
    expect([band.low[1], band.high[1]]).toEqual([2, 2]);
  });
  test('standard error and range', () => {
    expect(bandOf(curves, 'error').high[0]).toBeCloseTo(4 + Math.sqrt(13 / 3), 12);
    expect(bandOf(curves, 'range')).toMatchObject({ low: [1, 2, 3], high: [8, 2, 5] });
  });
});

describe('density', () => {
  test("is scipy's gaussian_kde", () => {
    // scipy.stats.gaussian_kde([1, 2, 2.5, 4, 7]).evaluate([0, 2, 5]); its factor × the standard deviation.
    const values = [1, 2, 2.5, 4, 7];
    expect(scottBandwidth(values)).toBeCloseTo(1.6920151615160268, 10);
    const found = density(values, [0, 2, 5], scottBandwidth(values));
    [0.08177224422831424, 0.15594529545733615, 0.09155585863475951].forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 10);
    });
  });
  test('integrates to 1', () => {
    const x = Array.from({ length: 4001 }, (_, i) => -20 + i / 100);
    const sum = density([0, 1, 5], x, 0.7).reduce((a, b) => a + b, 0) / 100;
    expect(sum).toBeCloseTo(1, 6);
  });
});

describe('histograms', () => {
  test("as many bins as numpy's rule of Freedman and Diaconis, of its edges and counts", () => {
    // numpy.histogram(v, bins='fd') of v = (i * 37 % 101) ** 1.5 for i in range(4000)
    const values = Array.from({ length: 4000 }, (_, i) => ((i * 37) % 101) ** 1.5);
    const edges = binEdges(values);
    expect(countInBins(values, edges)).toEqual([
      634, 356, 317, 277, 277, 238, 198, 198, 237, 198, 159, 197, 199, 158, 158, 199,
    ]);
    expect(edges.at(-1)).toBeCloseTo(1000, 9);
  });
  test('edges belong to the bin above, the last to the last; nothing is lost', () => {
    const edges = [0, 0.1, 0.2, 0.3];
    expect(countInBins([0, 0.1, 0.2, 0.3, 0.1 + 0.2, 0.29, 2], edges)).toEqual([1, 1, 3]);
    expect(binEdges([5, 5, 5], 2)).toEqual([4.5, 5, 5.5]);
    expect(countInBins([5, 5, 5], binEdges([5, 5, 5], 2))).toEqual([0, 3]);
  });
});

test('paretoFront is what no other point dominates, pair by pair', () => {
  const points = Array.from({ length: 60 }, (_, i) => [(i * 17) % 23, (i * 31) % 29]);
  const expected = points.flatMap(([x, y], i) =>
    points.some(([u, v]) => u! <= x! && v! >= y! && (u! < x! || v! > y!)) ? [] : [i],
  );
  expect(paretoFront(points, ['minimize', 'maximize'])).toEqual(expected);
  expect(
    paretoFront(
      [
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      ['minimize', 'minimize'],
    ),
  ).toEqual([0, 1]);
});

test('rows of a timeline: spans of one row do not overlap, and there are as many rows as run at once', () => {
  const spans = Array.from({ length: 80 }, (_, i) => ({ start: (i * 37) % 101, end: ((i * 37) % 101) + 3 + (i % 11) }));
  const { row, count } = assignRows(spans);
  spans.forEach((a, i) => {
    spans.forEach((b, j) => {
      if (i < j && row[i] === row[j]) expect(a.end <= b.start || b.end <= a.start).toBe(true);
    });
  });
  const atOnce = Math.max(
    ...spans.map(({ start }) => spans.filter((other) => other.start <= start && start < other.end).length),
  );
  expect(count).toBe(atOnce);
});

test('interpolate meets its samples and stays between them', () => {
  const samples = [
    { x: 0, y: 0, value: 1 },
    { x: 1, y: 0, value: 5 },
    { x: 0, y: 1, value: 3 },
  ];
  for (const { x, y, value } of samples) expect(interpolate(samples, x, y)).toBe(value);
  // Equally far from the first two: their mean, pulled by the third. √1.25³ = 1.3975…
  const far = 1.25 ** -1.5;
  expect(interpolate(samples, 0.5, 0)).toBeCloseTo((8 + 8 * 5 + far * 3) / (16 + far), 12);
});

test('ticks and numbers are round', () => {
  expect(niceTicks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(niceTicks(0.093, 0.29)).toEqual([0.1, 0.15, 0.2, 0.25]);
  expect([0.00012345, 0.5, 1234.5, 2.5e7, 0, -3].map(short)).toEqual(['1.2e-4', '0.5', '1,230', '2.5e+7', '0', '-3']);
  expect(shorten('abcdefghij', 40, 12)).toMatch(/^abc.*…$/);
});
