import { UMAP } from 'umap-js';
import { hash32 } from '../../backend/index.js';
import { UserError } from '../../utils/index.js';
import { nearestNeighbours } from './nearestNeighbours.js';
import { pca } from './pca.js';
import { type Matrix, type Points, readPoints, toRows } from './points.js';

/** Defaults are umap-learn's. */
export interface UmapOptions {
  /** Size of a neighbourhood, the point itself counted: small shows detail, large the whole. Default 15, below n. */
  neighbours?: number;
  /** How close points may lie on the map. Default 0.1. */
  minDist?: number;
  /** Scale of the map. Default 1. */
  spread?: number;
  /** Default 500 for up to 2,500 points, 400 up to 5,000, 300 up to 7,500, else 200. */
  epochs?: number;
  /** `pca` (default) starts at the first two principal components, `random` at random places. */
  initialise?: 'pca' | 'random';
  /** Equal seeds give equal maps. Default 0. */
  seed?: number;
  /** Called every 10 epochs. */
  onProgress?: (progress: { epoch: number; epochs: number }) => void;
}

export interface Umap {
  /** x and y of each point. */
  points: number[][];
  epochs: number;
}

/**
 * UMAP to two dimensions (McInnes, Healy & Melville 2018) by umap-js, with exact neighbours from the engine.
 *
 * @param points [n, d], n > neighbours.
 */
export async function umap(points: Points, options: UmapOptions = {}): Promise<Umap> {
  const { neighbours = 15, minDist = 0.1, spread = 1, epochs, seed = 0, onProgress } = options;
  const matrix = await readPoints(points, 3, 'UMAP');
  if (!Number.isInteger(neighbours) || neighbours < 2 || neighbours >= matrix.rows)
    throw new UserError(
      `UMAP: neighbours must be a whole number from 2 to below the ${matrix.rows} points, not ${neighbours}.`,
    );
  const map = new UMAP({ nNeighbors: neighbours, minDist, spread, nEpochs: epochs, random: uniform(seed) });
  const { indices, distances } = await withThemselves(matrix, neighbours);
  map.setPrecomputedKNN(indices, distances);
  const rows = toRows(matrix);
  const total = map.initializeFit(rows);
  const places = map.getEmbedding();
  if (options.initialise !== 'random' && matrix.columns > 1) await startAtComponents(places, rows, uniform(seed + 1));
  for (let epoch = 1; epoch <= total; epoch++) {
    map.step();
    if (epoch % 10 !== 0 && epoch !== total) continue;
    onProgress?.({ epoch, epochs: total });
    await new Promise(setImmediate);
  }
  return { points: map.getEmbedding().map((place) => [...place]), epochs: total };
}

/** The neighbourhoods as UMAP wants them: each point is the nearest to itself. */
async function withThemselves(matrix: Matrix, count: number): Promise<{ indices: number[][]; distances: number[][] }> {
  const { indices, squared } = await nearestNeighbours(matrix, count - 1);
  const each = <T>(row: (i: number) => T) => Array.from({ length: matrix.rows }, (_, i) => row(i));
  const part = (values: Int32Array | Float64Array, i: number) =>
    Array.from(values.subarray(i * (count - 1), (i + 1) * (count - 1)));
  return {
    indices: each((i) => [i, ...part(indices, i)]),
    distances: each((i) => [0, ...part(squared, i).map(Math.sqrt)]),
  };
}

/** The library starts at random places: they are overwritten, within ±10 as umap-learn does it, with a little noise against equal places. */
async function startAtComponents(places: number[][], rows: number[][], random: () => number): Promise<void> {
  const { points } = await pca(rows, { components: 2 });
  const largest = points.reduce((most, [x = 0, y = 0]) => Math.max(most, Math.abs(x), Math.abs(y)), 0);
  points.forEach((point, i) => {
    point.forEach((value, axis) => {
      places[i]![axis] = (10 * value) / (largest || 1) + (random() - 0.5) * 2e-4;
    });
  });
}

/** Uniform numbers in [0, 1): a function of the seed. */
function uniform(seed: number): () => number {
  const key = hash32(seed + 0x9e3779b9);
  let drawn = 0;
  return () => hash32(hash32(drawn++) ^ key) / 2 ** 32;
}
