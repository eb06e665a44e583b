import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile, hash32, random, uniformAt } from './index.js';
import { randomKey, saltOf } from './random.js';

const N = 1_000_000;
const draw = (fn: () => tf.Tensor): Float32Array => tf.tidy(() => fn().dataSync() as Float32Array);

beforeEach(() => {
  tf.engine().startScope();
  random.seed(1);
});
afterEach(() => {
  tf.engine().endScope();
});

/** The hash in exact integers. */
function hashOfIntegers(value: number): number {
  const word = (v: bigint) => v & 0xffffffffn;
  let x = word(BigInt(value));
  x ^= x >> 16n;
  x = word(x * 0x7feb352dn);
  x ^= x >> 15n;
  x = word(x * 0x846ca68bn);
  return Number(x ^ (x >> 16n));
}

describe('the generator', () => {
  it('hashes as 32-bit integers do', () => {
    for (const x of [0, 1, 2, 255, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff, 123_456_789])
      expect(hash32(x)).toBe(hashOfIntegers(x));
    expect(hash32(-1)).toBe(hash32(0xffffffff));
    // A permutation of the integers: no two of 100,000 collide.
    expect(new Set(Array.from({ length: 100_000 }, (_, i) => hash32(i))).size).toBe(100_000);
  });

  it('draws in the graph the bits of plain arithmetic', () => {
    const size = 5000;
    for (const seed of [0, 1, -1, 42, 2 ** 31 - 1, -(2 ** 31)]) {
      random.seed(seed);
      for (const counter of [0, 1, 77_777]) {
        random.counter = counter;
        for (let call = 0; call < 3; call++) {
          const key = randomKey();
          const drawn = draw(() => random.uniform([5, size / 5]));
          const wanted = Float32Array.from({ length: size }, (_, i) => uniformAt(key, saltOf(call), i));
          expect(Buffer.compare(Buffer.from(drawn.buffer), Buffer.from(wanted.buffer))).toBe(0);
        }
      }
    }
  });

  it('gives a larger batch the numbers of a smaller one, and then more', () => {
    const small = draw(() => random.uniform([16, 7]));
    random.counter = 0;
    expect(draw(() => random.uniform([32, 7])).subarray(0, 16 * 7)).toEqual(small);
  });
});

describe('keys', () => {
  const both = () => tf.stack([random.uniform([4, 5]), random.normal([4, 5])]);

  it('gives the same bits eager, recorded, replayed and resumed', () => {
    const compiled = compile(both);
    random.counter = 5;
    const eager = draw(both);
    for (let i = 0; i < 3; i++) {
      random.counter = 5;
      expect(draw(compiled)).toEqual(eager);
      expect(random.counter).toBe(6);
      random.counter = 1000 + i;
      expect(draw(compiled)).not.toEqual(eager);
    }
    random.seed(2);
    random.counter = 5;
    expect(draw(compiled)).not.toEqual(eager);
    random.seed(1);
    random.counter = 5;
    expect(draw(compile(both))).toEqual(eager);
  });

  it('makes nothing of what was drawn before a recording', () => {
    // As after a resume: the function is recorded at another call, after other draws.
    const [first, second] = [compile(both), compile(both)];
    draw(() => random.uniform([3]));
    draw(() => random.uniform([3]));
    draw(first);
    draw(first);
    draw(second);
    for (const counter of [7, 8]) {
      random.counter = counter;
      const one = draw(first);
      random.counter = counter;
      expect(draw(second)).toEqual(one);
    }
  });

  it('draws other numbers inside than before in the same step', () => {
    const inside = compile(() => random.uniform([100]));
    const eager = [random, random].map(() => draw(() => random.uniform([100])));
    const compiled = draw(inside);
    for (const numbers of eager) expect(numbers).not.toEqual(compiled);
    // And always the same others.
    random.counter = 0;
    for (const numbers of eager) expect(draw(() => random.uniform([100]))).toEqual(numbers);
    expect(draw(inside)).toEqual(compiled);
  });

  it('draws anew where a call failed as if it had not been', () => {
    const wanted = draw(compile(both));
    random.counter = 0;
    let fail = true;
    const flaky = compile(() => {
      const out = both();
      if (fail) throw new Error('once');
      return out;
    });
    expect(() => flaky()).toThrow('once');
    fail = false;
    expect(draw(flaky)).toEqual(wanted);
  });

  it('changes half of the bits when any bit of seed or counter changes (avalanche)', () => {
    const count = 4096;
    const bits = () =>
      Int32Array.from(
        draw(() => random.uniform([count])),
        (u) => u * 2 ** 24,
      );
    const ones = (v: number) => v.toString(2).replaceAll('0', '').length;
    for (const base of [0, 0x5bd1e995]) {
      random.seed(base);
      const plain = bits();
      for (let bit = 0; bit < 31; bit++) {
        for (const change of ['seed', 'counter'] as const) {
          random.seed(change === 'seed' ? base ^ (1 << bit) : base);
          if (change === 'counter') random.counter = 2 ** bit;
          const other = bits();
          let flipped = 0;
          const perBit = new Int32Array(24);
          for (let i = 0; i < count; i += 8) {
            const difference = (plain[i] ?? 0) ^ (other[i] ?? 0);
            flipped += ones(difference);
            for (let b = 0; b < 24; b++) perBit[b] = (perBit[b] ?? 0) + ((difference >>> b) & 1);
          }
          // 512 samples of 24 bits: the standard error of the share is 0.0045, of one bit's share 0.022.
          expect(Math.abs(flipped / (512 * 24) - 0.5), `${change} bit ${bit}`).toBeLessThan(0.025);
          for (const share of perBit) expect(Math.abs(share / 512 - 0.5)).toBeLessThan(0.125);
        }
      }
    }
  });

  it('draws streams that have nothing to do with one another', () => {
    const n = 100_000;
    const streams: Float32Array[] = [];
    for (const seed of [1, 2])
      for (const counter of [0, 1, 2]) {
        random.seed(seed);
        random.counter = counter;
        for (let call = 0; call < 3; call++) streams.push(draw(() => random.uniform([n])));
      }
    for (let a = 0; a < streams.length; a++)
      for (let b = 0; b < a; b++) {
        const [x, y] = [streams[a] ?? new Float32Array(), streams[b] ?? new Float32Array()];
        for (const lag of [0, 1, 16])
          expect(Math.abs(correlation(x, y, lag)), `${a} ${b} ${lag}`).toBeLessThan(4.8 / Math.sqrt(n));
        let equal = 0;
        for (let i = 0; i < n; i++) if (x[i] === y[i]) equal++;
        expect(equal).toBeLessThan(4);
      }
  });
});

function correlation(x: Float32Array, y: Float32Array, lag: number): number {
  let sum = 0;
  const n = x.length - lag;
  for (let i = 0; i < n; i++) sum += ((x[i] ?? 0) - 0.5) * ((y[i + lag] ?? 0) - 0.5);
  return (sum / n) * 12;
}

/** Mean, variance, skewness and kurtosis. */
function moments(x: Float32Array): [number, number, number, number] {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const central = (power: number) => x.reduce((sum, v) => sum + (v - mean) ** power, 0) / x.length;
  const variance = central(2);
  return [mean, variance, central(3) / variance ** 1.5, central(4) / variance ** 2];
}

/** √n times the Kolmogorov-Smirnov distance: above 1.95 once in a thousand. */
function kolmogorov(x: Float32Array, cdf: (v: number) => number): number {
  const sorted = x.slice().sort();
  let distance = 0;
  sorted.forEach((v, i) => {
    const p = cdf(v);
    distance = Math.max(distance, (i + 1) / x.length - p, p - i / x.length);
  });
  return distance * Math.sqrt(x.length);
}

/** Φ, by the series and the continued fraction of Abramowitz and Stegun 26.2. */
function normalCdf(x: number): number {
  const z = Math.abs(x);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  let upper: number;
  if (z < 3) {
    let [sum, term] = [z, z];
    for (let k = 3; k < 80; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    upper = 0.5 - density * sum;
  } else {
    let fraction = z;
    for (let k = 30; k > 0; k--) fraction = z + k / fraction;
    upper = density / fraction;
  }
  return x > 0 ? 1 - upper : upper;
}

describe('a million draws', () => {
  it('uniform: moments, Kolmogorov-Smirnov, serial correlation, pairs', () => {
    const x = draw(() => random.uniform([N]));
    const [mean, variance, skewness, kurtosis] = moments(x);
    // Four standard errors each.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / N));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / N));
    expect(Math.abs(skewness)).toBeLessThan(0.01);
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.01);
    expect(x.every((v) => v >= 0 && v < 1)).toBe(true);
    expect(kolmogorov(x, (v) => v)).toBeLessThan(1.95);
    for (const lag of [1, 2, 3, 4, 7, 8, 16, 28, 64, 128, 256, 784, 1024, 4096, 65_536])
      expect(Math.abs(correlation(x, x, lag)), `lag ${lag}`).toBeLessThan(4 / Math.sqrt(N));
    // Pairs of neighbours over a 32 by 32 grid: χ² of 1,023 degrees of freedom, within four deviations.
    for (const lag of [1, 32]) {
      const cells = new Float64Array(1024);
      for (let i = 0; i + lag < N; i += 2 * lag)
        for (let j = i; j < i + lag && j + lag < N; j++) {
          const cell = Math.floor((x[j] ?? 0) * 32) * 32 + Math.floor((x[j + lag] ?? 0) * 32);
          cells[cell] = (cells[cell] ?? 0) + 1;
        }
      const expected = cells.reduce((sum, c) => sum + c, 0) / 1024;
      const chi2 = cells.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
      expect(Math.abs(chi2 - 1023), `pairs at ${lag}`).toBeLessThan(4 * Math.sqrt(2 * 1023));
    }
  });

  it('uniform: every one of the 24 bits is fair and neighbours share none', () => {
    const x = Int32Array.from(
      draw(() => random.uniform([N])),
      (u) => u * 2 ** 24,
    );
    for (let bit = 0; bit < 24; bit++) {
      let [set, same] = [0, 0];
      for (let i = 0; i < N; i++) {
        set += ((x[i] ?? 0) >>> bit) & 1;
        same += (((x[i] ?? 0) ^ (x[i + 1] ?? 0)) >>> bit) & 1;
      }
      expect(Math.abs(set / N - 0.5), `bit ${bit}`).toBeLessThan(0.002);
      expect(Math.abs(same / N - 0.5), `bit ${bit} of neighbours`).toBeLessThan(0.002);
    }
  });

  it('uniform: first draws of a million steps', () => {
    // The numbers of one position over many counters: what a dropout unit sees in training.
    random.seed(3);
    const x = new Float32Array(200_000);
    for (let i = 0; i < x.length; i++) {
      random.counter = i;
      x[i] = uniformAt(randomKey(), saltOf(0), 0);
    }
    expect(kolmogorov(x, (v) => v)).toBeLessThan(1.95);
    for (const lag of [1, 2, 3, 10, 1000])
      expect(Math.abs(correlation(x, x, lag))).toBeLessThan(4 / Math.sqrt(x.length));
  });

  it('normal: moments, Kolmogorov-Smirnov, tails', () => {
    const x = draw(() => random.normal([N]));
    const [mean, variance, skewness, kurtosis] = moments(x);
    expect(Math.abs(mean)).toBeLessThan(4e-3);
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2) * 1e-3);
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6) * 1e-3);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24) * 1e-3);
    expect(kolmogorov(x, normalCdf)).toBeLessThan(1.95);
    const beyond4 = x.filter((v) => Math.abs(v) > 4).length;
    // 63.3 expected.
    expect(Math.abs(beyond4 - 63.3)).toBeLessThan(4 * Math.sqrt(63.3));
    expect(x.every(Number.isFinite)).toBe(true);
  });

  it('truncated normal: bounds, moments, Kolmogorov-Smirnov', () => {
    const x = draw(() => random.truncatedNormal([N]));
    expect(
      Math.max(
        ...x.subarray(0, 100_000),
        x.reduce((a, b) => Math.max(a, b)),
      ),
    ).toBeLessThanOrEqual(2.000001);
    expect(x.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(-2.000001);
    const [mean, variance, skewness] = moments(x);
    expect(Math.abs(mean)).toBeLessThan(4e-3);
    // 1 − 2·2φ(2)/(2Φ(2) − 1)
    expect(Math.abs(variance - 0.7737413)).toBeLessThan(4e-3);
    expect(Math.abs(skewness)).toBeLessThan(0.01);
    const [low, high] = [normalCdf(-2), normalCdf(2)];
    expect(kolmogorov(x, (v) => (normalCdf(v) - low) / (high - low))).toBeLessThan(1.95);
  });

  it('bernoulli: share and runs', () => {
    for (const p of [0.1, 0.5, 0.9]) {
      const x = draw(() => random.bernoulli([N], p));
      let [ones, pairs] = [0, 0];
      for (let i = 0; i < N; i++) {
        ones += x[i] ?? 0;
        pairs += (x[i] ?? 0) * (x[i + 1] ?? 0);
      }
      expect(Math.abs(ones / N - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / N));
      expect(Math.abs(pairs / N - p * p)).toBeLessThan(4e-3 * p);
    }
  });

  it('permutation: each number once, each place alike', () => {
    const big = draw(() => random.permutation(100_000));
    expect(Float64Array.from(big).sort()).toEqual(Float64Array.from({ length: 100_000 }, (_, i) => i));
    // All 24 orders of four, over 24,000 permutations: χ² of 23 degrees of freedom, 49.7 at one in a thousand.
    const counts = new Map<string, number>();
    const four = compile(() => tf.stack(Array.from({ length: 100 }, () => random.permutation(4))));
    for (let i = 0; i < 240; i++) {
      const orders = draw(four);
      for (let j = 0; j < orders.length; j += 4) {
        const order = orders.subarray(j, j + 4).join('');
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(24);
    const chi2 = [...counts.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(49.7);
  });
});

describe('without the onnx backend', () => {
  it('draws the same numbers', async () => {
    const wanted = draw(() => tf.stack([random.uniform([50]), random.bernoulli([50], 0.3)]));
    random.counter = 0;
    tf.setBackend('cpu');
    try {
      expect(draw(() => tf.stack([random.uniform([50]), random.bernoulli([50], 0.3)]))).toEqual(wanted);
    } finally {
      tf.setBackend('onnx');
    }
  });
});
