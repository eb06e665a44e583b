import { UserError } from '../../utils/index.js';
import { type AttentionMap, attentionMatrix } from './captureAttention.js';

export interface RolloutOptions {
  /** How the heads of a layer become one matrix; default `mean`, as in the paper. */
  headFusion?: 'mean' | 'max' | 'min';
  /** Share of each layer's weights, the smallest ones of an item, that are taken as 0. Default 0; 0.9 with `max` shows objects more clearly (J. Gildenblat, «vit-explain»). */
  discardRatio?: number;
}

/**
 * Attention roll-out (Abnar & Zuidema 2020, «Quantifying Attention Flow in Transformers», section 3): how much of each input token is in each output token.
 * Every layer is (A + I) / 2 with rows summing to 1 (the I for the residual connection); the layers are multiplied, first to last.
 *
 * @param maps self-attention layers in their order, as `captureAttention` gives them.
 * @returns [B][T][T], a row for each output token; rows sum to 1.
 * @throws UserError where a layer is not square, or the layers differ in their tokens.
 */
export function attentionRollout(maps: readonly AttentionMap[], options: RolloutOptions = {}): number[][][] {
  const { headFusion = 'mean', discardRatio = 0 } = options;
  if (!(discardRatio >= 0 && discardRatio < 1))
    throw new UserError(`Attention roll-out: discardRatio must be from 0 to below 1, not ${discardRatio}.`);
  const [first] = maps;
  if (first === undefined) throw new UserError('Attention roll-out takes at least one layer.');
  const [B, , T] = first.shape;
  for (const { name, shape } of maps)
    if (shape[0] !== B || shape[2] !== T || shape[3] !== T)
      throw new UserError(
        `Attention roll-out takes self-attention over the same tokens in every layer: ${name} has the shape [${shape.join(', ')}], ${first.name} [${first.shape.join(', ')}].`,
      );
  return Array.from({ length: B }, (_, item) => {
    let rolled: number[][] | undefined;
    for (const map of maps) {
      const layer = withResidual(discard(fuse(map, item, headFusion), discardRatio));
      rolled = rolled === undefined ? layer : product(layer, rolled);
    }
    return rolled ?? [];
  });
}

function fuse(map: AttentionMap, item: number, fusion: 'mean' | 'max' | 'min'): number[][] {
  if (fusion === 'mean') return attentionMatrix(map, { item });
  const [, h, T, S] = map.shape;
  const pick = fusion === 'max' ? Math.max : Math.min;
  const heads = Array.from({ length: h }, (_, head) => attentionMatrix(map, { item, head }));
  return Array.from({ length: T }, (_, t) => Array.from({ length: S }, (_, s) => pick(...heads.map((a) => a[t]![s]!))));
}

/** The smallest weights of the whole matrix become 0; that of the first token (the class token) to itself stays. */
function discard(matrix: number[][], ratio: number): number[][] {
  const width = matrix[0]?.length ?? 0;
  const flat = matrix.flat();
  const smallest = [...flat.keys()]
    .sort((a, b) => flat[a]! - flat[b]! || a - b)
    .slice(0, Math.floor(flat.length * ratio));
  for (const place of smallest) if (place !== 0) matrix[Math.floor(place / width)]![place % width] = 0;
  return matrix;
}

function withResidual(matrix: number[][]): number[][] {
  return matrix.map((row, t) => {
    const mixed = row.map((weight, s) => (weight + (s === t ? 1 : 0)) / 2);
    const sum = mixed.reduce((total, weight) => total + weight, 0);
    return mixed.map((weight) => weight / sum);
  });
}

function product(a: number[][], b: number[][]): number[][] {
  return a.map((row) => {
    const result = new Array<number>(b[0]?.length ?? 0).fill(0);
    row.forEach((weight, k) => {
      b[k]!.forEach((value, s) => {
        result[s]! += weight * value;
      });
    });
    return result;
  });
}

/**
 * What the class token (the first one) takes from each patch, as a map of the image: row 0 of a roll-out or of an attention matrix without the class token.
 *
 * @param matrix [T][T] of T = 1 + rows · columns tokens.
 * @param grid patches by rows and columns; default square.
 * @returns [rows][columns]; `resizeMap` makes it as large as the image.
 */
export function classTokenMap(matrix: readonly (readonly number[])[], grid?: readonly [number, number]): number[][] {
  const patches = (matrix[0] ?? []).slice(1);
  const side = Math.round(Math.sqrt(patches.length));
  const [rows, columns] = grid ?? [side, side];
  if (rows * columns !== patches.length || patches.length === 0)
    throw new UserError(
      `${patches.length} patches do not make a grid of ${rows} × ${columns}${grid === undefined ? '; give the grid [rows, columns]' : ''}.`,
    );
  return Array.from({ length: rows }, (_, r) => patches.slice(r * columns, (r + 1) * columns));
}
