import { Matrix as Dense, EigenvalueDecomposition, QrDecomposition } from 'ml-matrix';
import { hash32 } from '../../backend/index.js';

/** The largest eigenvalues, falling, and their eigenvectors. */
export interface Eigenvectors {
  values: number[];
  vectors: number[][];
}

/** Up to this side all eigenvectors are computed; the time for that grows with the cube: a second for 512. */
const WHOLE = 512;
/** The iteration ends where |C·v − λ·v| is below this share of the largest eigenvalue, for every wanted v. */
const RESIDUAL = 1e-9;
const MOST_ITERATIONS = 100;

/** Of a symmetric matrix [side, side] without negative eigenvalues; few of a large one by subspace iteration (Rutishauser 1970). */
export function largestEigenvectors(matrix: ArrayLike<number>, side: number, count: number): Eigenvectors {
  if (side <= WHOLE || count > side / 8) return decompose(Dense.from1DArray(side, side, matrix), count);
  const width = count + 10;
  let basis = new Dense(side, width);
  for (let i = 0; i < side; i++) for (let j = 0; j < width; j++) basis.set(i, j, hash32(i * width + j) / 2 ** 32 - 0.5);
  for (let iteration = 1; ; iteration++) {
    basis = new QrDecomposition(basis).orthogonalMatrix;
    const image = product(matrix, basis);
    // Within the subspace the eigenvectors are those of a small matrix (Rayleigh and Ritz).
    const inside = decompose(basis.transpose().mmul(image), width);
    const turn = new Dense(inside.vectors).transpose();
    const vectors = basis.mmul(turn);
    const images = image.mmul(turn);
    const residual = Math.max(
      ...inside.values.slice(0, count).map((value, k) => {
        let sum = 0;
        for (let i = 0; i < side; i++) sum += (images.get(i, k) - value * vectors.get(i, k)) ** 2;
        return Math.sqrt(sum);
      }),
    );
    if (residual <= RESIDUAL * Math.abs(inside.values[0] ?? 0) || iteration === MOST_ITERATIONS)
      return {
        values: inside.values.slice(0, count),
        vectors: Array.from({ length: count }, (_, k) => vectors.getColumn(k)),
      };
    basis = images;
  }
}

function decompose(matrix: Dense, count: number): Eigenvectors {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!).slice(0, count);
  return {
    values: order.map((which) => realEigenvalues[which]!),
    vectors: order.map((which) => eigenvectorMatrix.getColumn(which)),
  };
}

/** matrix · columns: by rows of the symmetric matrix, which lie together in memory. */
function product(matrix: ArrayLike<number>, columns: Dense): Dense {
  const [side, width] = [columns.rows, columns.columns];
  const flat = Float64Array.from(columns.to1DArray());
  const result = new Dense(side, width);
  const row = new Float64Array(width);
  for (let i = 0; i < side; i++) {
    row.fill(0);
    for (let k = 0; k < side; k++) {
      const value = matrix[i * side + k]!;
      for (let j = 0; j < width; j++) row[j]! += value * flat[k * width + j]!;
    }
    for (let j = 0; j < width; j++) result.set(i, j, row[j]!);
  }
  return result;
}
