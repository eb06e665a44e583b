// The numbers that fixtures/make_reference.py had scikit-learn, scikit-image, sacreBLEU and SciPy print.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

interface Average {
  zero: number;
  beta: number;
  average: 'micro' | 'macro' | 'weighted' | null;
  precision: number | number[];
  recall: number | number[];
  f: number | number[];
}

interface TextCase {
  options: Record<string, string | number | boolean>;
  refs: number;
  score: number;
  signature: string;
}

export interface Reference {
  classes: {
    labels: number[];
    predicted: number[];
    classes: number;
    confusion: number[][];
    cases: Average[];
    accuracy: number;
    balanced: number;
    matthews: number;
    kappa: Record<'None' | 'linear' | 'quadratic', number>;
    names: string[];
    report: string;
    report4: string;
    eighths: { labels: number[]; predicted: number[]; report: string };
    binary: Record<'labels' | 'predicted', number[]> &
      Record<'precision' | 'recall' | 'f1' | 'matthews' | 'kappa', number>;
  };
  scores: {
    labels: number[];
    classes: number;
    raw: number[][];
    topK: Record<string, number>;
    logLoss: number;
    sureRows: number[][];
    logLossSure: number;
    logLossSure32: number;
    rocAuc: Record<string, number> & { perClass: number[] };
    averagePrecision: Record<string, number> & { perClass: number[] };
  };
  curves: {
    name: string;
    labels: number[];
    scores: number[];
    roc: [number[], number[], number[]];
    rocFull: [number[], number[], number[]];
    pr: [number[], number[], number[]];
    auc: number;
    partial: number;
    averagePrecision: number;
    prArea: number;
  }[];
  multilabel: {
    labels: number[][];
    scores: number[][];
    classes: number;
    cases: { average: 'micro' | 'macro' | 'weighted'; zero: number; precision: number; recall: number; f: number }[];
    exactMatch: number;
    rocAuc: Record<'micro' | 'macro' | 'weighted', number>;
    averagePrecision: Record<'micro' | 'macro' | 'weighted', number>;
  };
  calibration: {
    probabilities: number[];
    labels: number[];
    bins: Record<string, { counts: number[]; accuracy: number[]; confidence: number[]; ece: number; mce: number }>;
  };
  regression: {
    targets: number[][];
    predictions: number[][];
    r2PerOutput: number[];
    r2Constant: number[];
  } & Record<'mse' | 'rmse' | 'mae' | 'r2' | 'r2Variance' | 'r2First' | 'r2Far', number>;
  images: { height: number; width: number; channels: number; a: number[]; b: number[] } & Record<
    'psnr' | 'psnrUnit' | 'ssim' | 'ssimGaussian' | 'ssimUnit' | 'ssimFirstWindow11' | 'ssimSigma1',
    number
  >;
  text: {
    hypotheses: string[];
    references: [string, string][];
    bleu: (TextCase & { counts: number[]; totals: number[]; precisions: number[]; bp: number; text: string })[];
    chrf: (TextCase & { name: string })[];
    varying: { score: number; signature: string };
    sentences: number[];
    tokens: { tokenizer: '13a' | 'intl' | 'char' | 'none'; lines: [string, string][] }[];
  };
  intervals: {
    values: number[];
    distribution: number[];
    cases: { method: 'percentile' | 'basic' | 'bca'; confidence: number; low: number; high: number; error: number }[];
    cdf: [number, number][];
    quantile: [number, number][];
  };
}

const special: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** JSON has no NaN and no infinities: the script writes them as strings. */
export const reference: Reference = JSON.parse(
  readFileSync(new URL('../fixtures/reference.json', import.meta.url), 'utf8'),
  (_, value) => (typeof value === 'string' && Object.hasOwn(special, value) ? special[value] : value),
);

/** Equal within `tolerance`, relative to values above 1; NaN equals NaN, infinity infinity. */
export function expectClose(
  actual: number | readonly number[],
  expected: number | readonly number[],
  tolerance = 1e-12,
): void {
  const [a, b] = [[actual].flat(), [expected].flat()];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    const target = b[i] ?? Number.NaN;
    const near = Object.is(value, target) || Math.abs(value - target) <= tolerance * Math.max(1, Math.abs(target));
    expect(near, `value ${i}: ${value}, expected ${target}`).toBe(true);
  });
}
