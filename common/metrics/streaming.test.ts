import { describe, expect, it } from 'vitest';
import { addProductTo, addTo, emptySum, mergeSum, sumOf } from './exactSum.js';
import { fixed } from './fixed.js';
import type { Metric } from './index.js';
import * as metrics from './index.js';
import { reference } from './testing/reference.js';

const { hypotheses, references } = reference.text;
const n = 48;
/** Numbers of very different size, so that plain sums would depend on their order. */
const numbers = Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 10 ** ((i * 5) % 17));
const classLabels = Array.from({ length: n }, (_, i) => (i * 7) % 3);
const binary = classLabels.map((label) => Math.min(1, label));
const rows = numbers.map((_, i) => {
  const row = [1 + (i % 5), 1 + ((i * 3) % 7), 1 + ((i * 11) % 4)];
  const sum = row[0]! + row[1]! + row[2]!;
  return row.map((value) => value / sum);
});
const image = (i: number) => ({
  data: Array.from({ length: 64 }, (_, p) => Math.sin(i + p * 1.7) ** 2),
  height: 8,
  width: 8,
  channels: 1,
});

/** What a test does with a metric, whatever its types: `create` makes one, `feed` gives it some of the samples. */
type Use = <Batch extends readonly unknown[], Result, Values>(
  create: () => Metric<Batch, Result, Values>,
  feed: (metric: Metric<Batch, Result, Values>, samples: readonly number[]) => void,
) => void;
type Case = (use: Use) => void;

function of<Batch extends readonly unknown[], Result, Values>(
  create: () => Metric<Batch, Result, Values>,
  batch: (samples: readonly number[]) => Batch,
): Case {
  return (use) => use(create, (metric, samples) => metric.update(...batch(samples)));
}

const classes = 3;
const byClass = (samples: readonly number[]): [number[][], number[]] => [
  samples.map((i) => rows[i]!),
  samples.map((i) => classLabels[i]!),
];
const byScore = (samples: readonly number[]): [number[], number[]] => [
  samples.map((i) => rows[i]![0]!),
  samples.map((i) => binary[i]!),
];
const byValue = (samples: readonly number[]): [number[], number[]] => [
  samples.map((i) => numbers[i]!),
  samples.map((i) => numbers[(i * 5) % n]!),
];
const byText = (samples: readonly number[]): [string[], string[][]] => [
  samples.map((i) => hypotheses[i % 10]!),
  samples.map((i) => [...references[i % 10]!]),
];
const byImage = (samples: readonly number[]): [metrics.RawImages, metrics.RawImages] => {
  const stack = (shift: number) => ({
    ...image(0),
    count: samples.length,
    data: samples.flatMap((i) => image(i + shift).data),
  });
  return [stack(0), stack(0.1)];
};

const cases: Record<string, Case> = {
  confusionMatrix: of(() => new metrics.ConfusionMatrix(classes), byClass),
  accuracy: of(() => metrics.createAccuracy({ classes }), byClass),
  balancedAccuracy: of(() => metrics.createBalancedAccuracy({ classes }), byClass),
  topK: of(() => metrics.createTopKAccuracy({ classes, k: 2 }), byClass),
  precision: of(() => metrics.createPrecision({ classes }), byClass),
  recall: of(() => metrics.createRecall({ classes, average: 'weighted' }), byClass),
  fBeta: of(() => metrics.createFBeta({ classes, beta: 2 }), byClass),
  kappa: of(() => metrics.createCohenKappa({ classes }), byClass),
  matthews: of(() => metrics.createMatthews({ classes }), byClass),
  roc: of(() => metrics.createRoc(), byScore),
  precisionRecallCurve: of(() => metrics.createPrecisionRecallCurve(), byScore),
  rocAuc: of(() => metrics.createRocAuc({ classes }), byClass),
  rocAucPairs: of(() => metrics.createRocAuc({ classes, multiClass: 'ovo' }), byClass),
  averagePrecision: of(() => metrics.createAveragePrecision({ classes, average: 'micro' }), byClass),
  multilabel: of(
    () => metrics.createMultilabel({ classes }),
    (samples): [number[][], number[][]] => [
      samples.map((i) => rows[i]!),
      samples.map((i) => [i % 2, i % 3 === 0 ? 1 : 0, 1]),
    ],
  ),
  calibration: of(() => metrics.createCalibration({ classes }), byClass),
  logLoss: of(() => metrics.createLogLoss({ classes }), byClass),
  meanSquaredError: of(() => metrics.createMeanSquaredError(), byValue),
  meanAbsoluteError: of(() => metrics.createMeanAbsoluteError(), byValue),
  r2: of(() => metrics.createR2(), byValue),
  psnr: of(() => metrics.createPsnr({ dataRange: 1 }), byImage),
  ssim: of(() => metrics.createSsim({ dataRange: 1 }), byImage),
  perplexity: of(() => metrics.createPerplexity(), byClass),
  mean: of(
    () => metrics.createMean(),
    (samples): [number[]] => [samples.map((i) => numbers[i]!)],
  ),
  bleu: of(() => metrics.createBleu(), byText),
  chrf: of(() => metrics.createChrf(), byText),
};

const all = Array.from({ length: n }, (_, i) => i);
const orders: Record<string, number[]> = {
  forwards: all,
  backwards: [...all].reverse(),
  shuffled: all.map((i) => (i * 29) % n),
};

for (const [name, run] of Object.entries(cases))
  describe(name, () =>
    run((create, feed) => {
      const whole = create();
      feed(whole, all);

      it.each(Object.entries(orders))('is the same to the last bit in batches, %s', (_, order) => {
        for (const size of [1, 5, 16]) {
          const metric = create();
          for (let i = 0; i < n; i += size) feed(metric, order.slice(i, i + size));
          expect(metric.compute()).toEqual(whole.compute());
        }
      });

      it('is the same to the last bit merged from shards, through JSON and clones', () => {
        const shards = [0, 1, 2].map((shard) => {
          const metric = create();
          feed(
            metric,
            all.filter((i) => i % 3 === shard),
          );
          return metric.state();
        });
        const merged = create();
        for (const state of [shards[2]!, shards[0]!, shards[1]!]) merged.merge(structuredClone(state));
        expect(merged.compute()).toEqual(whole.compute());
        const loaded = create();
        feed(loaded, [3, 4]);
        loaded.load(JSON.parse(JSON.stringify(merged.state())));
        expect(loaded.compute()).toEqual(whole.compute());
      });

      it('is not changed by merging itself with nothing, and forgets on reset', () => {
        const metric = create();
        const empty = metric.compute();
        metric.merge(create().state());
        expect(metric.compute()).toEqual(empty);
        feed(metric, all);
        const state = metric.state();
        metric.merge(create().state());
        expect(metric.compute()).toEqual(whole.compute());
        metric.reset();
        expect(metric.compute()).toEqual(empty);
        metric.load(state);
        expect(metric.compute()).toEqual(whole.compute());
      });

      it('refuses the state of another metric', () => {
        expect(() => create().merge({ ...create().state(), metric: 'other' })).toThrow(/state of the metric "other"/);
      });
    }),
  );

describe('exact sums', () => {
  it('round once, whatever the order', () => {
    const values = [1e308, 1, -1e308, 1e-300, 1e16, -1e16, 3, -0.1, 2 ** -1074];
    const sum = emptySum();
    for (const value of [...values].reverse()) addTo(sum, value);
    const halves = [emptySum(), emptySum()] as const;
    values.forEach((value, i) => {
      addTo(halves[i % 2 === 0 ? 0 : 1], value);
    });
    mergeSum(halves[0], halves[1]);
    expect(sumOf(sum)).toBe(3.9);
    expect(sumOf(halves[0])).toBe(3.9);
  });

  it('round a half by what lies below it (Python: fsum([1, 2**-53, 2**-106]) > 1)', () => {
    const sum = emptySum();
    for (const value of [1, 2 ** -53, 2 ** -106]) addTo(sum, value);
    expect(sumOf(sum)).toBe(1 + 2 ** -52);
  });

  it('hold whole numbers beyond 2^53 as BigInt does', () => {
    const sum = emptySum();
    let big = 0n;
    for (let i = 1; i < 500; i++) {
      const [a, b] = [94906267 * i + 1, 90071993 * (i % 7 === 0 ? -i : i)];
      addProductTo(sum, a, b);
      big += BigInt(a) * BigInt(b);
    }
    expect(sumOf(sum)).toBe(Number(big));
  });

  it('let NaN and infinities through', () => {
    const of = (...values: number[]) => {
      const sum = emptySum();
      for (const value of values) addTo(sum, value);
      return sumOf(sum);
    };
    expect(of(1, Number.POSITIVE_INFINITY, 2)).toBe(Number.POSITIVE_INFINITY);
    expect(of(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBeNaN();
    expect(of(Number.NaN, 1)).toBeNaN();
    expect(of()).toBe(0);
  });
});

describe('fixed', () => {
  it("rounds halves to even, as Python's format", () => {
    const wanted: [number, number, string][] = [
      [0.125, 2, '0.12'],
      [0.375, 2, '0.38'],
      [2.5, 0, '2'],
      [-0.125, 2, '-0.12'],
      [1.005, 2, '1.00'],
      [99.95, 1, '100.0'],
      [62.25, 1, '62.2'],
    ];
    for (const [value, digits, text] of wanted) expect(fixed(value, digits)).toBe(text);
  });
});
