import { UserError } from '../../../utils/index.js';
import type { TokenTable } from '../tokenTable.js';

/** Rows of equal width that hold several documents each. */
export interface PackedRows {
  /** Rows. */
  length: number;
  width: number;
  /** [length × width] tokens; `pad` where there is none. */
  ids: Int32Array;
  /** [length × width] which document of its row a token belongs to, from 1; 0 is padding. Attention stays within a document. */
  segments: Int32Array;
  /** [length × width] a token's place in its document, from 0. */
  positions: Int32Array;
}

export interface ChunkOptions {
  /** Tokens of a row. */
  width: number;
  /** Put after each document. Default none. */
  separator?: number;
  /** What fills the last row. Default 0. */
  pad?: number;
  /** Leave out the last row where it is not full. Default true. */
  dropLast?: boolean;
}

/** All documents one after the other, cut into rows: nothing is lost or padded but at the end; a document may go on in the next row. */
export function concatenateAndChunk(
  documents: TokenTable,
  { width, separator, pad = 0, dropLast = true }: ChunkOptions,
): PackedRows {
  expectWidth(width);
  const extra = separator === undefined ? 0 : 1;
  const total = documents.tokens.length + extra * documents.length;
  const rows = dropLast ? Math.floor(total / width) : Math.ceil(total / width);
  const packed = emptyRows(rows, width, pad);
  const end = rows * width;
  let at = 0;
  let segment = 0;
  for (let d = 0; d < documents.length && at < end; d++) {
    const row = documents.row(d);
    // Segments count within a row: a document that goes on in the next row is the first there.
    segment++;
    for (let i = 0; i < row.length + extra && at < end; i++, at++) {
      if (at % width === 0) segment = 1;
      packed.ids[at] = i < row.length ? row[i]! : separator!;
      packed.segments[at] = segment;
      packed.positions[at] = i;
    }
  }
  return packed;
}

/**
 * Which documents share a row: the longest first, each into the first row that has room (first-fit decreasing, at most 11/9 of the fewest
 * rows possible and 6/9 of one more). A tree over the rows' room finds it in O(log n).
 *
 * @returns for each row its documents
 * @throws UserError naming a document that is longer than a row.
 */
export function packFirstFit(lengths: ArrayLike<number>, width: number): number[][] {
  expectWidth(width);
  const order = Array.from({ length: lengths.length }, (_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const first = order[0];
  if (first !== undefined && lengths[first]! > width)
    throw new UserError(`document ${first} has ${lengths[first]} tokens; a row has ${width}`);
  let leaves = 1;
  while (leaves < lengths.length) leaves *= 2;
  // room[n] is the most room in any row below node n; row r is leaf leaves + r.
  const room = new Int32Array(2 * leaves).fill(width);
  const rows: number[][] = [];
  for (const document of order) {
    const length = lengths[document]!;
    let node = 1;
    while (node < leaves) node = room[2 * node]! >= length ? 2 * node : 2 * node + 1;
    const row = node - leaves;
    rows[row] ??= [];
    rows[row].push(document);
    room[node]! -= length;
    for (node >>= 1; node >= 1; node >>= 1) room[node] = Math.max(room[2 * node]!, room[2 * node + 1]!);
  }
  return rows;
}

/** Rows of whole documents: none is cut, attention can be kept within each by `segments`. */
export function packDocuments(
  documents: TokenTable,
  { width, pad = 0 }: { width: number; pad?: number },
): PackedRows & { documents: readonly (readonly number[])[] } {
  const rows = packFirstFit(documents.lengths, width);
  const packed = emptyRows(rows.length, width, pad);
  rows.forEach((members, r) => {
    let at = r * width;
    members.forEach((document, segment) => {
      const row = documents.row(document);
      packed.ids.set(row, at);
      packed.segments.fill(segment + 1, at, at + row.length);
      for (let i = 0; i < row.length; i++) packed.positions[at + i] = i;
      at += row.length;
    });
  });
  return { ...packed, documents: rows };
}

function emptyRows(rows: number, width: number, pad: number): PackedRows {
  const size = rows * width;
  return {
    length: rows,
    width,
    ids: new Int32Array(size).fill(pad),
    segments: new Int32Array(size),
    positions: new Int32Array(size),
  };
}

function expectWidth(width: number): void {
  if (!(Number.isInteger(width) && width >= 1))
    throw new UserError(`packing: width is ${width}; it must be a whole number`);
}
