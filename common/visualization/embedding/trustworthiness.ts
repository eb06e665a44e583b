import { UserError } from '../../utils/index.js';
import { forEachDistanceRow } from './distances.js';
import { nearestNeighbours } from './nearestNeighbours.js';
import { type Points, readPoints } from './points.js';

export interface NeighbourhoodOptions {
  /** How many neighbours are a neighbourhood; default 5, less than half of the points. */
  neighbours?: number;
}

/**
 * Trustworthiness (Venna & Kaski 2001): 1 where every neighbour on the map is a neighbour in the data; each that is not costs by how far down it stands in
 * the data's order. As scikit-learn's `trustworthiness`.
 *
 * @param points the data, [n, d]. @param map the same points on the map, [n, 2].
 */
export async function trustworthiness(
  points: Points,
  map: Points,
  { neighbours: k = 5 }: NeighbourhoodOptions = {},
): Promise<number> {
  const data = await readPoints(points, 3, 'Trustworthiness');
  const image = await readPoints(map, 3, 'Trustworthiness');
  const n = data.rows;
  if (image.rows !== n) throw new UserError(`Trustworthiness: ${n} points, but ${image.rows} on the map.`);
  if (!Number.isInteger(k) || k < 1 || k >= n / 2)
    throw new UserError(
      `Trustworthiness: neighbours must be a whole number from 1 to less than half of the ${n} points, not ${k}.`,
    );
  const { indices } = await nearestNeighbours(image, k);
  let cost = 0;
  await forEachDistanceRow(data, (i, row) => {
    for (let s = i * k; s < (i + 1) * k; s++) {
      const j = indices[s]!;
      const distance = row[j]!;
      // Of equally distant points the one of the smaller index is nearer.
      let rank = 1;
      for (let other = 0; other < n; other++)
        if (other !== i && (row[other]! < distance || (row[other]! === distance && other < j))) rank++;
      cost += Math.max(0, rank - k);
    }
  });
  return 1 - cost * (2 / (n * k * (2 * n - 3 * k - 1)));
}

/** Continuity (Venna & Kaski 2001): 1 where every neighbour in the data is a neighbour on the map; trustworthiness with the two exchanged. */
export function continuity(points: Points, map: Points, options: NeighbourhoodOptions = {}): Promise<number> {
  return trustworthiness(map, points, options);
}
