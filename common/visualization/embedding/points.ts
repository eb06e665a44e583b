import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../utils/index.js';

/** Points, one a row: a tensor [n, d] (it is read, not disposed), or n lists of d numbers. */
export type Points = tf.Tensor2D | readonly ArrayLike<number>[];

/** Points by rows. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The points as one array. @throws UserError where rows differ in length, a number is NaN or infinite (naming its row), or there are fewer than `least` rows.
 */
export async function readPoints(points: Points, least: number, what: string): Promise<Matrix> {
  const matrix = points instanceof tf.Tensor ? await fromTensor(points) : fromRows(points, what);
  const { values, rows, columns } = matrix;
  if (rows < least) throw new UserError(`${what} takes at least ${least} points, not ${rows}.`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(
      `${what}: point ${Math.floor(bad / columns)} has ${values[bad]} in column ${bad % columns}; all numbers must be finite.`,
    );
  return matrix;
}

async function fromTensor(points: tf.Tensor2D): Promise<Matrix> {
  const [rows, columns] = points.shape;
  return { values: Float64Array.from(await points.data()), rows, columns };
}

function fromRows(points: readonly ArrayLike<number>[], what: string): Matrix {
  const rows = points.length;
  const columns = points[0]?.length ?? 0;
  const values = new Float64Array(rows * columns);
  points.forEach((point, i) => {
    if (point.length !== columns)
      throw new UserError(`${what}: point ${i} has ${point.length} numbers, the first one has ${columns}.`);
    values.set(point, i * columns);
  });
  return { values, rows, columns };
}

/** The matrix as lists of numbers, one a point: what figures take. */
export function toRows({ values, rows, columns }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from(values.subarray(i * columns, (i + 1) * columns)));
}

/** The mean of each column. */
export function columnMeans({ values, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += values[i * columns + j]!;
  return mean.map((sum) => sum / rows);
}

/** The matrix without the mean of each column. */
export function centred(matrix: Matrix, mean: Float64Array): Matrix {
  const { columns } = matrix;
  return { ...matrix, values: matrix.values.map((value, i) => value - mean[i % columns]!) };
}
