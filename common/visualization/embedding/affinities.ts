import type { Neighbours } from './nearestNeighbours.js';

/** A symmetric sparse matrix by rows: row i has `columns` and `values` from `starts[i]` to `starts[i + 1]`. Its sum is 1. */
export interface Affinities {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Bisection ends where the entropy is as near as this, or after so many steps (as scikit-learn). */
const TOLERANCE = 1e-5;
const STEPS = 100;

/**
 * p(j|i) of the neighbours: Gaussians whose width is found by bisection so that each row's perplexity (2 to the power of its entropy) is as asked
 * (van der Maaten & Hinton 2008, equation 1). Row by row, as `neighbours`.
 */
export function conditionalProbabilities({ count, squared }: Neighbours, perplexity: number): Float64Array {
  const wanted = Math.log(perplexity);
  const result = new Float64Array(squared.length);
  for (let start = 0; start < squared.length; start += count) {
    let [low, high, beta] = [0, Number.POSITIVE_INFINITY, 1];
    const nearest = squared[start]!;
    for (let step = 0; step < STEPS; step++) {
      let [sum, weighted] = [0, 0];
      for (let k = start; k < start + count; k++) {
        // Relative to the nearest neighbour: the same probabilities, and never all zero.
        const distance = squared[k]! - nearest;
        const p = Math.exp(-beta * distance);
        result[k] = p;
        sum += p;
        weighted += p * distance;
      }
      for (let k = start; k < start + count; k++) result[k]! /= sum;
      const difference = Math.log(sum) + (beta * weighted) / sum - wanted;
      if (Math.abs(difference) <= TOLERANCE) break;
      if (difference > 0) low = beta;
      else high = beta;
      beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2;
    }
  }
  return result;
}

/** p(i, j) = (p(j|i) + p(i|j)) / 2n. */
export function jointProbabilities(neighbours: Neighbours, perplexity: number): Affinities {
  const { count, indices } = neighbours;
  const n = indices.length / count;
  const conditional = conditionalProbabilities(neighbours, perplexity);
  const rows = Array.from({ length: n }, () => new Map<number, number>());
  for (let i = 0; i < n; i++)
    for (let k = i * count; k < (i + 1) * count; k++) {
      const j = indices[k]!;
      const p = conditional[k]! / (2 * n);
      rows[i]!.set(j, (rows[i]!.get(j) ?? 0) + p);
      rows[j]!.set(i, (rows[j]!.get(i) ?? 0) + p);
    }
  const starts = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) starts[i + 1] = starts[i]! + rows[i]!.size;
  const columns = new Int32Array(starts[n]!);
  const values = new Float64Array(starts[n]!);
  rows.forEach((row, i) => {
    [...row]
      .sort(([a], [b]) => a - b)
      .forEach(([j, p], k) => {
        columns[starts[i]! + k] = j;
        values[starts[i]! + k] = p;
      });
  });
  return { starts, columns, values };
}
