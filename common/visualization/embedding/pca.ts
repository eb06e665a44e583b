import * as tf from '@tensorflow/tfjs-core';
import '../../backend/index.js';
import { UserError } from '../../utils/index.js';
import { largestEigenvectors } from './eigenvectors.js';
import { centred, columnMeans, type Matrix, type Points, readPoints, toRows } from './points.js';

export interface PcaOptions {
  /** How many components; default 2, at most min(n, d). */
  components?: number;
  /** Whether the projected coordinates are scaled to unit variance. Default false. */
  whiten?: boolean;
}

export interface Pca {
  /** The points' coordinates, [n][components]. */
  points: number[][];
  /** Unit vectors by rows, [components][d], of falling variance. */
  components: number[][];
  mean: number[];
  /** Variance (with n − 1) along each component, and as a share of the whole variance. */
  explainedVariance: number[];
  explainedVarianceRatio: number[];
  /** Coordinates of other points on the same components. */
  transform(points: Points): Promise<number[][]>;
}

/** Up to so many multiply-adds the matrix of scalar products is summed in double precision; beyond it the engine does so in float32. */
const DOUBLE_WORK = 2e9;

/**
 * Principal component analysis (Hotelling 1933) by the eigenvectors of the covariance matrix, or of the n × n matrix of scalar products where
 * there are fewer points than columns. A component's sign is such that its largest part is positive (scikit-learn's convention since 1.5), so that equal data
 * gives equal pictures.
 *
 * @param points at least 2; [n, d].
 */
export async function pca(points: Points, { components = 2, whiten = false }: PcaOptions = {}): Promise<Pca> {
  const matrix = await readPoints(points, 2, 'PCA');
  const { rows, columns } = matrix;
  const most = Math.min(rows, columns);
  if (!Number.isInteger(components) || components < 1 || components > most)
    throw new UserError(`PCA of ${rows} points of ${columns} numbers has 1 to ${most} components, not ${components}.`);
  const mean = columnMeans(matrix);
  const data = centred(matrix, mean);
  const { vectors, variances } = await principalAxes(data, components);
  const total = data.values.reduce((sum, value) => sum + value * value, 0) / (rows - 1);
  const scales = variances.map((variance) => (whiten && variance > 0 ? 1 / Math.sqrt(variance) : 1));
  return {
    points: toRows(project(data, vectors, scales)),
    components: toRows(vectors),
    mean: [...mean],
    explainedVariance: variances,
    explainedVarianceRatio: variances.map((variance) => (total === 0 ? 0 : variance / total)),
    transform: async (others) => {
      const more = await readPoints(others, 1, 'PCA');
      if (more.columns !== columns)
        throw new UserError(`This PCA is of points of ${columns} numbers, these have ${more.columns}.`);
      return toRows(project(centred(more, mean), vectors, scales));
    },
  };
}

/** The first eigenvectors of the covariance of centred data, by rows, and their variances. */
async function principalAxes(data: Matrix, count: number): Promise<{ vectors: Matrix; variances: number[] }> {
  const { rows, columns } = data;
  const byColumns = columns <= rows;
  const side = byColumns ? columns : rows;
  const products = await scalarProducts(byColumns ? transposed(data) : data);
  const found = largestEigenvectors(products, side, count);
  const values = new Float64Array(count * columns);
  found.vectors.forEach((eigenvector, i) => {
    const axis = values.subarray(i * columns, (i + 1) * columns);
    if (byColumns) axis.set(eigenvector);
    else
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) axis[c]! += eigenvector[r]! * data.values[r * columns + c]!;
    orient(axis);
  });
  return {
    vectors: { values, rows: count, columns },
    variances: found.values.map((value) => Math.max(0, value) / (rows - 1)),
  };
}

/** To length 1, with the largest part positive. */
function orient(axis: Float64Array): void {
  const length = Math.hypot(...axis);
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  const scale = length === 0 ? 0 : (largest < 0 ? -1 : 1) / length;
  for (let i = 0; i < axis.length; i++) axis[i]! *= scale;
}

/** A·Aᵀ. */
async function scalarProducts({ values, rows, columns }: Matrix): Promise<ArrayLike<number>> {
  if (rows * rows * columns > DOUBLE_WORK) {
    const product = tf.tidy(() => {
      const a = tf.tensor2d(Float32Array.from(values), [rows, columns]);
      return tf.matMul(a, a, false, true);
    });
    const result = await product.data();
    product.dispose();
    return result;
  }
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += values[i * columns + k]! * values[j * columns + k]!;
      result[i * rows + j] = sum;
      result[j * rows + i] = sum;
    }
  return result;
}

function transposed({ values, rows, columns }: Matrix): Matrix {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return { values: result, rows: columns, columns: rows };
}

function project(data: Matrix, vectors: Matrix, scales: readonly number[]): Matrix {
  const result = new Float64Array(data.rows * vectors.rows);
  for (let i = 0; i < data.rows; i++)
    for (let c = 0; c < vectors.rows; c++) {
      let sum = 0;
      for (let k = 0; k < data.columns; k++)
        sum += data.values[i * data.columns + k]! * vectors.values[c * data.columns + k]!;
      result[i * vectors.rows + c] = sum * scales[c]!;
    }
  return { values: result, rows: data.rows, columns: vectors.rows };
}
