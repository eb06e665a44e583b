import * as tf from '@tensorflow/tfjs-core';
import '../../backend/index.js';
import { centred, columnMeans, type Matrix } from './points.js';

/** Rows whose distances to all points are in memory at once. */
const TILE_NUMBERS = 1 << 22;
/** Up to so many multiply-adds distances are computed in double precision, one after another. */
const EXACT_WORK = 3e8;

/** Squared Euclidean distances of a point to all points; `row` is valid until the next call. */
export type OnDistances = (point: number, row: ArrayLike<number>) => void;

/**
 * Calls `visit` for every point, in order, with its squared distances to all. Few points in double precision; of many, tiles of rows come from a matrix
 * product on the engine in float32 (|a|² + |b|² − 2a·b of centred points: relative to the largest distance, errors of some 1e-6).
 */
export async function forEachDistanceRow(matrix: Matrix, visit: OnDistances): Promise<void> {
  const { rows, columns } = matrix;
  if (rows * rows * columns <= EXACT_WORK) {
    const row = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) row[j] = squaredDistance(matrix, i, j);
      visit(i, row);
    }
    return;
  }
  const tile = Math.max(1, Math.min(rows, Math.floor(TILE_NUMBERS / rows)));
  const points = Float32Array.from(centred(matrix, columnMeans(matrix)).values);
  const all = tf.tensor2d(points, [rows, columns]);
  const norms = tf.tidy(() => tf.reshape(tf.sum(tf.square(all), 1), [1, rows]));
  try {
    for (let from = 0; from < rows; from += tile) {
      // The last tile goes back to be as large as the others: one graph for all of them.
      const start = Math.min(from, rows - tile);
      const distances = tf.tidy(() => {
        // From the host: a slice of `all` would be another graph for every tile.
        const part = tf.tensor2d(points.subarray(start * columns, (start + tile) * columns), [tile, columns]);
        const own = tf.sum(tf.square(part), 1, true);
        return tf.relu(tf.sub(tf.add(own, norms), tf.mul(2, tf.matMul(part, all, false, true))));
      });
      const values = await distances.data();
      distances.dispose();
      for (let i = from; i < Math.min(from + tile, rows); i++)
        visit(i, values.subarray((i - start) * rows, (i - start + 1) * rows));
    }
  } finally {
    tf.dispose([all, norms]);
  }
}

/** In double precision. */
export function squaredDistance({ values, columns }: Matrix, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) {
    const difference = values[a * columns + k]! - values[b * columns + k]!;
    sum += difference * difference;
  }
  return sum;
}
