import { hash32 } from '../../backend/index.js';
import { UserError } from '../../utils/index.js';
import { type Affinities, jointProbabilities } from './affinities.js';
import { nearestNeighbours } from './nearestNeighbours.js';
import { pca } from './pca.js';
import { type Matrix, type Points, readPoints, toRows } from './points.js';
import { Quadtree } from './quadtree.js';

/** Defaults are scikit-learn's, but for a finer `theta`. */
export interface TsneOptions {
  /** About how many neighbours each point has; default 30, below n. */
  perplexity?: number;
  /** Default 1000; at least 250, the steps of early exaggeration. */
  iterations?: number;
  /** How much nearer points want to be in the first 250 iterations. Default 12. */
  earlyExaggeration?: number;
  /** Default `auto`: n / earlyExaggeration / 4, at least 50 (Belkina et al. 2019). */
  learningRate?: 'auto' | number;
  /** `pca` (default) starts at the first two principal components, which keeps the large-scale order and needs no chance; `random` at random places. */
  initialise?: 'pca' | 'random';
  /** Of the random places. Default 0. */
  seed?: number;
  /** Cells narrower than theta times their distance count as one point; beyond 5,000 points at least 0.5 in the first 40 % of the steps. Default 0.3: scikit-learn's 0.5 takes two
   * thirds of the time and gives maps of a slightly larger divergence; 0 is exact, and slow beyond some thousand points. */
  theta?: number;
  /** Called every 50 iterations. */
  onProgress?: (progress: { iteration: number; iterations: number; klDivergence: number }) => void;
}

export interface Tsne {
  /** x and y of each point. */
  points: number[][];
  /** Kullback–Leibler divergence of the map's neighbourhoods from those of the data: what was minimised, as approximated. */
  klDivergence: number;
  iterations: number;
}

const EXPLORATION = 250;
const EVERY = 50;
const PATIENCE = 300;
const LEAST_GRADIENT = 1e-7;
/** From so many points on time counts. */
const MANY = 5000;

/**
 * t-SNE to two dimensions (van der Maaten & Hinton 2008) by the Barnes–Hut approximation (van der Maaten 2014), with the optimizer and the defaults of
 * scikit-learn's `TSNE`. Neighbours are exact, by matrix products on the engine. Equal input gives equal output, bit for bit.
 *
 * @param points [n, d], n > perplexity.
 */
export async function tsne(points: Points, options: TsneOptions = {}): Promise<Tsne> {
  const { perplexity = 30, iterations = 1000, earlyExaggeration = 12, theta = 0.3, onProgress } = options;
  const matrix = await readPoints(points, 3, 't-SNE');
  const n = matrix.rows;
  if (!(perplexity >= 1 && perplexity < n))
    throw new UserError(`t-SNE: perplexity must be at least 1 and less than the ${n} points, not ${perplexity}.`);
  if (!(iterations >= EXPLORATION))
    throw new UserError(`t-SNE: iterations must be at least ${EXPLORATION}, not ${iterations}.`);
  const { learningRate = 'auto' } = options;
  const rate = learningRate === 'auto' ? Math.max(50, n / earlyExaggeration / 4) : learningRate;
  const neighbours = await nearestNeighbours(matrix, Math.min(n - 1, Math.floor(3 * perplexity + 1)));
  const affinities = jointProbabilities(neighbours, perplexity);
  const map = await startingPlaces(matrix, options);

  const step = gradient(affinities, n);
  // Where many points come to lie is settled late; before it scikit-learn's coarser cells are exact enough.
  const coarse = n > MANY ? Math.max(theta, 0.5) : theta;
  const fineFrom = Math.ceil(0.4 * iterations);
  let klDivergence = Number.NaN;
  let done = 0;
  for (const phase of [
    { from: 0, to: EXPLORATION, momentum: 0.5, exaggeration: earlyExaggeration, patience: EXPLORATION },
    { from: EXPLORATION, to: iterations, momentum: 0.8, exaggeration: 1, patience: PATIENCE },
  ]) {
    const update = new Float64Array(2 * n);
    const gains = new Float64Array(2 * n).fill(1);
    const slope = new Float64Array(2 * n);
    let best = { error: Number.POSITIVE_INFINITY, iteration: phase.from };
    for (let iteration = phase.from; iteration < phase.to; iteration++) {
      // Divergences over other cells do not compare.
      if (coarse !== theta && iteration === fineFrom) best = { error: Number.POSITIVE_INFINITY, iteration };
      const check = (iteration + 1) % EVERY === 0 || iteration === phase.to - 1;
      const error = step(map, slope, {
        exaggeration: phase.exaggeration,
        theta: iteration < fineFrom ? coarse : theta,
        wanted: check,
      });
      for (let i = 0; i < 2 * n; i++) {
        const gain = update[i]! * slope[i]! < 0 ? gains[i]! + 0.2 : Math.max(0.01, gains[i]! * 0.8);
        gains[i] = gain;
        update[i] = phase.momentum * update[i]! - rate * gain * slope[i]!;
        map[i]! += update[i]!;
      }
      done = iteration + 1;
      if (!check) continue;
      klDivergence = error;
      onProgress?.({ iteration: done, iterations, klDivergence });
      await new Promise(setImmediate);
      if (error < best.error) best = { error, iteration };
      else if (iteration - best.iteration > phase.patience) break;
      if (norm(slope) <= LEAST_GRADIENT) break;
    }
  }
  return { points: toRows({ values: map, rows: n, columns: 2 }), klDivergence, iterations: done };
}

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Tiny coordinates (a standard deviation of 1e-4): the order is given, the distances are not. */
async function startingPlaces(matrix: Matrix, { initialise = 'pca', seed = 0 }: TsneOptions): Promise<Float64Array> {
  const { rows: n, columns } = matrix;
  if (initialise === 'random' || columns < 2) {
    const uniform = (i: number) => (hash32(hash32(i) ^ hash32(seed + 0x9e3779b9)) + 0.5) / 2 ** 32;
    return Float64Array.from(
      { length: 2 * n },
      (_, i) => 1e-4 * Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1)),
    );
  }
  const { points } = await pca(toRows(matrix), { components: 2 });
  const deviation = Math.sqrt(points.reduce((sum, [x = 0]) => sum + x * x, 0) / n);
  return Float64Array.from(points.flat(), (value) => (value / (deviation || 1)) * 1e-4);
}

/** A function that computes the gradient at a map into `slope`, and the divergence where asked for (else NaN). */
function gradient({ starts, columns, values }: Affinities, n: number) {
  const tree = new Quadtree(n);
  const repelled = new Float64Array(2 * n);
  type Step = { exaggeration: number; theta: number; wanted: boolean };
  return (map: Float64Array, slope: Float64Array, { exaggeration, theta, wanted }: Step): number => {
    slope.fill(0);
    repelled.fill(0);
    tree.build(map);
    const z = tree.repulsion(theta, repelled);
    for (let i = 0; i < n; i++) {
      const [x, y] = [map[2 * i]!, map[2 * i + 1]!];
      let [fx, fy] = [0, 0];
      // The affinities are symmetric: the half above the diagonal acts on both points.
      for (let k = starts[i + 1]! - 1; k >= starts[i]!; k--) {
        const j = columns[k]!;
        if (j < i) break;
        const dx = x - map[2 * j]!;
        const dy = y - map[2 * j + 1]!;
        const pull = values[k]! / (1 + dx * dx + dy * dy);
        fx += pull * dx;
        fy += pull * dy;
        slope[2 * j]! -= pull * dx;
        slope[2 * j + 1]! -= pull * dy;
      }
      slope[2 * i]! += fx;
      slope[2 * i + 1]! += fy;
    }
    for (let i = 0; i < 2 * n; i++) slope[i] = 4 * (exaggeration * slope[i]! - repelled[i]! / z);
    return wanted ? divergence({ starts, columns, values }, map, z, exaggeration) : Number.NaN;
  };
}

function divergence(
  { starts, columns, values }: Affinities,
  map: Float64Array,
  z: number,
  exaggeration: number,
): number {
  let sum = 0;
  for (let i = 0; i + 1 < starts.length; i++)
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const j = columns[k]!;
      const p = exaggeration * values[k]!;
      const d2 = (map[2 * i]! - map[2 * j]!) ** 2 + (map[2 * i + 1]! - map[2 * j + 1]!) ** 2;
      if (p > 0) sum += p * Math.log(p * z * (1 + d2));
    }
  return sum;
}
