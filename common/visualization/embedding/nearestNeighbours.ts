import { forEachDistanceRow, squaredDistance } from './distances.js';
import type { Matrix } from './points.js';

/** The `count` nearest other points of each point, nearest first; `squared` are their squared distances. Row i is at i·count. */
export interface Neighbours {
  readonly count: number;
  readonly indices: Int32Array;
  readonly squared: Float64Array;
}

/** Exact nearest neighbours. A few more than are wanted are chosen by the engine's distances and then ordered in double precision. */
export async function nearestNeighbours(matrix: Matrix, count: number): Promise<Neighbours> {
  const { rows } = matrix;
  const indices = new Int32Array(rows * count);
  const squared = new Float64Array(rows * count);
  const candidates = Math.min(rows - 1, count + 8);
  await forEachDistanceRow(matrix, (i, row) => {
    const found = smallest(row, candidates, i).map((j) => ({ j, distance: squaredDistance(matrix, i, j) }));
    found.sort((a, b) => a.distance - b.distance || a.j - b.j);
    for (let k = 0; k < count; k++) {
      indices[i * count + k] = found[k]!.j;
      squared[i * count + k] = found[k]!.distance;
    }
  });
  return { count, indices, squared };
}

/** The places of the `count` smallest numbers, without `self`, in no order: a heap with the largest of them on top. */
function smallest(row: ArrayLike<number>, count: number, self: number): number[] {
  const heap: number[] = [];
  const sink = (from: number) => {
    const moved = heap[from]!;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && row[heap[child + 1]!]! > row[heap[child]!]!) child++;
      if (row[heap[child]!]! <= row[moved]!) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = moved;
  };
  let next = 0;
  for (; heap.length < count; next++) if (next !== self) heap.push(next);
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(i);
  for (; next < row.length; next++)
    if (next !== self && row[next]! < row[heap[0]!]!) {
      heap[0] = next;
      sink(0);
    }
  return heap;
}
