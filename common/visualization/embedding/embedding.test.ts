import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalProbabilities, jointProbabilities } from './affinities.js';
import { forEachDistanceRow, squaredDistance } from './distances.js';
import { continuity, pca, trustworthiness, tsne, umap } from './index.js';
import { nearestNeighbours } from './nearestNeighbours.js';
import { readPoints } from './points.js';
import { Quadtree } from './quadtree.js';

interface PcaNumbers {
  data: number[][];
  points: number[][];
  components: number[][];
  mean: number[];
  explainedVariance: number[];
  explainedVarianceRatio: number[];
  others: number[][];
  transformed: number[][];
}

interface Fixture {
  digits: number[][];
  pca: Record<string, PcaNumbers>;
  squared: number[][];
  probabilities: number[][];
  projected: number[][];
  trustworthiness: Record<string, number>;
  continuity: number;
  tsne: { trustworthiness: number; klDivergence: number };
}

// By scikit-learn: fixtures/make.py.
const fixture: Fixture = JSON.parse(await readFile(new URL('./fixtures/embedding.json', import.meta.url), 'utf8'));
const { digits } = fixture;

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-7) {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
  });
}

/** Numbers in (−1, 1) that look random. */
const noise = (i: number) => ((Math.sin(i * 12.9898) * 43758.5453) % 1) * 0.999;

test.each(['tall', 'tall whitened', 'wide'])('PCA is that of scikit-learn, signs as well (%s)', async (name) => {
  const expected = fixture.pca[name]!;
  const found = await pca(expected.data, { components: expected.components.length, whiten: name.includes('whitened') });
  for (const key of ['points', 'components'] as const) near(found[key].flat(), expected[key].flat());
  for (const key of ['mean', 'explainedVariance', 'explainedVarianceRatio'] as const) near(found[key], expected[key]);
  near((await found.transform(expected.others)).flat(), expected.transformed.flat());
});

test('PCA of many columns: known axes are found by iteration', async () => {
  const [n, d, waves] = [560, 540, 20];
  // Orthonormal waves (a discrete cosine transform without its constant) as axes and as coordinates, of falling size.
  const wavesOf = (size: number) =>
    Array.from({ length: waves }, (_, k) =>
      Array.from({ length: size }, (_, i) => Math.sqrt(2 / size) * Math.cos((Math.PI / size) * (i + 0.5) * (k + 1))),
    );
  const [coordinates, axes] = [wavesOf(n), wavesOf(d)];
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(d);
    axes.forEach((axis, k) => {
      for (let j = 0; j < d; j++) row[j]! += 0.8 ** (k + 1) * coordinates[k]![i]! * axis[j]!;
    });
    return row;
  });
  const { components, explainedVariance } = await pca(rows, { components: 3 });
  for (const [k, axis] of components.entries()) {
    const along = axis.reduce((sum, value, j) => sum + value * axes[k]![j]!, 0);
    expect(Math.abs(along)).toBeCloseTo(1, 7);
    expect(explainedVariance[k]! * (n - 1)).toBeCloseTo(0.64 ** (k + 1), 7);
  }
});

test('PCA takes a tensor, and says what it cannot do', async () => {
  const x = tf.tensor2d([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  const { points, explainedVarianceRatio } = await pca(x);
  near(points.flat(), [-1, 0, 0, 0, 1, 0]);
  near(explainedVarianceRatio, [1, 0]);
  expect(x.isDisposed).toBe(false);
  x.dispose();
  await expect(
    pca([
      [1, 2],
      [3, Number.NaN],
    ]),
  ).rejects.toThrow('point 1 has NaN in column 1');
  await expect(pca([[1, 2], [3]])).rejects.toThrow('point 1 has 1 numbers, the first one has 2');
  await expect(
    pca(
      [
        [1, 2],
        [3, 4],
      ],
      { components: 3 },
    ),
  ).rejects.toThrow('has 1 to 2 components, not 3');
});

test('widths are calibrated as by scikit-learn', () => {
  const squared = Float64Array.from(fixture.squared.flat());
  const found = conditionalProbabilities({ count: 5, indices: new Int32Array(squared.length), squared }, 3);
  near([...found], fixture.probabilities.filter((_, i) => i < 6).flat(), 1e-4);
  for (let i = 0; i < 6; i++) {
    const row = found.subarray(5 * i, 5 * i + 5);
    expect(Math.exp(row.reduce((sum, p) => sum - p * Math.log(p), 0))).toBeCloseTo(3, 3);
  }
});

test('neighbours are exact, and affinities symmetric with sum 1', async () => {
  const matrix = await readPoints(digits, 3, 'test');
  const neighbours = await nearestNeighbours(matrix, 7);
  for (const i of [0, 100, 149]) {
    const all = [...digits.keys()].filter((j) => j !== i);
    const expected = all.map((j) => squaredDistance(matrix, i, j)).sort((a, b) => a - b);
    expect([...neighbours.squared.subarray(7 * i, 7 * i + 7)]).toEqual(expected.slice(0, 7));
  }
  const { starts, columns, values } = jointProbabilities(neighbours, 3);
  const dense = digits.map(() => new Float64Array(150));
  for (let i = 0; i < 150; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) dense[i]![columns[k]!] = values[k]!;
  dense.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBe(dense[j]![i]);
    });
  });
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
});

test('distances of many points come from the engine, near those in double precision', async () => {
  const rows = Array.from({ length: 2200 }, (_, i) => Array.from({ length: 64 }, (_, j) => 100 + noise(i * 64 + j)));
  const matrix = await readPoints(rows, 3, 'test');
  let worst = 0;
  let visited = 0;
  await forEachDistanceRow(matrix, (i, row) => {
    expect(i).toBe(visited++);
    for (const j of [0, i, 2199]) worst = Math.max(worst, Math.abs(row[j]! - squaredDistance(matrix, i, j)));
  });
  expect(visited).toBe(2200);
  expect(worst).toBeLessThan(1e-4);
});

test('the quadtree sums forces: exactly with theta 0, within 1 % with 0.5, and with points at one place', () => {
  const n = 400;
  const points = Float64Array.from({ length: 2 * n }, (_, i) => (i < 20 ? 3 : 30 * noise(i) ** 3));
  const [force, rough, plain] = [new Float64Array(2 * n), new Float64Array(2 * n), new Float64Array(2 * n)];
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const [dx, dy] = [points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!];
      const q = 1 / (1 + dx * dx + dy * dy);
      sum += q;
      plain[2 * i]! += q * q * dx;
      plain[2 * i + 1]! += q * q * dy;
    }
  const tree = new Quadtree(n);
  tree.build(points);
  expect(tree.repulsion(0, force) / sum).toBeCloseTo(1, 10);
  near([...force], [...plain], 1e-9);
  expect(Math.abs(tree.repulsion(0.5, rough) / sum - 1)).toBeLessThan(0.01);
  const length = (values: Float64Array) => Math.hypot(...values);
  expect(length(rough.map((value, i) => value - plain[i]!)) / length(plain)).toBeLessThan(0.01);
});

test('trustworthiness and continuity are those of scikit-learn', async () => {
  for (const k of [5, 12])
    expect(await trustworthiness(digits, fixture.projected, { neighbours: k })).toBeCloseTo(
      fixture.trustworthiness[k]!,
      10,
    );
  expect(await continuity(digits, fixture.projected)).toBeCloseTo(fixture.continuity, 10);
  expect(await trustworthiness(digits, digits)).toBe(1);
  await expect(trustworthiness(digits, digits.slice(1))).rejects.toThrow('150 points, but 149 on the map');
  await expect(trustworthiness(digits, digits, { neighbours: 75 })).rejects.toThrow('less than half of the 150 points');
});

test('t-SNE of digits is on average as good as that of scikit-learn', async () => {
  // Maps from different starts differ by 10 % in their divergence: the mean of eight starts, as in the fixture.
  const maps = [];
  for (let seed = 0; seed < 8; seed++) maps.push(await tsne(digits, { initialise: 'random', seed }));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(maps.map(({ klDivergence }) => klDivergence))).toBeLessThan(1.05 * fixture.tsne.klDivergence);
  const trust = [];
  for (const { points } of maps) trust.push(await trustworthiness(digits, points));
  expect(mean(trust)).toBeGreaterThan(fixture.tsne.trustworthiness - 0.0005);
}, 120_000);

test('t-SNE tells its progress and is the same twice', async () => {
  const told: number[] = [];
  const first = await tsne(digits, { onProgress: ({ klDivergence }) => told.push(klDivergence) });
  expect(told).toHaveLength(20);
  expect(told.at(-1)).toBe(first.klDivergence);
  expect(first.iterations).toBe(1000);
  expect((await tsne(digits)).points).toEqual(first.points);
});

test('t-SNE keeps its head with equal points, and refuses what cannot be', async () => {
  const same = [...Array.from({ length: 30 }, () => [1, 2]), [5, 5], [6, 5]];
  const { points } = await tsne(same, { perplexity: 5, iterations: 250, initialise: 'random', seed: 1 });
  expect(points.flat().every(Number.isFinite)).toBe(true);
  await expect(tsne(digits, { perplexity: 150 })).rejects.toThrow('less than the 150 points, not 150');
  await expect(tsne(digits, { iterations: 100 })).rejects.toThrow('at least 250');
});

test('UMAP keeps neighbours, and is a function of its seed', async () => {
  const epochs: number[] = [];
  const first = await umap(digits, { epochs: 200, onProgress: ({ epoch }) => epochs.push(epoch) });
  expect(first.points).toHaveLength(150);
  expect(epochs.at(-1)).toBe(200);
  expect(await trustworthiness(digits, first.points)).toBeGreaterThan(0.95);
  expect((await umap(digits, { epochs: 200 })).points).toEqual(first.points);
  expect((await umap(digits, { epochs: 200, seed: 1 })).points).not.toEqual(first.points);
  await expect(umap(digits, { neighbours: 150 })).rejects.toThrow('below the 150 points');
});
