import { closeSync, openSync, readSync } from 'node:fs';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { DataFile } from '../files/dataFile.js';
import { ByteReader } from './byteReader.js';
import type { ImageRanges } from './imageBytes.js';
import { bitWidth, readHybrid } from './levels.js';
import type { Chunk, Leaf } from './parquetFile.js';

/** Images from this size on (on average) are stepped over; smaller ones are found faster by reading everything. */
const LARGE = 16 << 10;
/** Enough for a page header, with the smallest and largest value that some writers put there. */
const HEADER = 16 << 10;

/**
 * The places of large images in a chunk without reading the images: only the length in front of each is read, so that a set of 20 GB is
 * indexed in seconds. For uncompressed pages in PLAIN encoding of a file on disk; undefined where the chunk is another.
 */
export function sparseRanges(file: DataFile, leaf: Leaf, chunk: Chunk): ImageRanges | undefined {
  const count = Number(chunk.meta.num_values);
  const size = chunk.end - chunk.start;
  if (file.local === undefined || chunk.meta.codec !== 'UNCOMPRESSED' || size < count * LARGE) return undefined;
  if (leaf.maxRepetition > 0 || chunk.meta.type !== 'BYTE_ARRAY') return undefined;
  const ranges: ImageRanges = { offset: new Float64Array(count), length: new Uint32Array(count) };
  const handle = openSync(file.local, 'r');
  try {
    const read = (at: number, length: number) => {
      const bytes = new Uint8Array(Math.min(length, chunk.end - at));
      if (bytes.length === 0 || readSync(handle, bytes, 0, bytes.length, at) < bytes.length)
        throw new Error(`bytes ${at} to ${at + length} are missing`);
      return bytes;
    };
    let row = 0;
    for (let at = chunk.start; at < chunk.end; ) {
      const head = new ByteReader(read(at, HEADER));
      const thrift = { view: head.view, offset: 0 };
      const { data_page_header: v1, data_page_header_v2: v2, compressed_page_size: length } = parquetHeader(thrift);
      const page = v1 ?? v2;
      if (page?.encoding !== 'PLAIN') return undefined;
      const body = at + thrift.offset;
      const end = body + length;
      if (!(length >= 0 && end <= chunk.end && page.num_values >= 0 && row + page.num_values <= count))
        throw new Error('a page without a valid header');
      // Of a V2 page the header tells how long the levels are, of a V1 page the four bytes in front of them.
      const isLong = v1 !== undefined && leaf.maxDefinition > 0;
      const size = isLong ? new ByteReader(read(body, 4)).uint32() : (v2?.definition_levels_byte_length ?? 0);
      const values = body + (isLong ? 4 : 0) + size;
      if (values > end) throw new Error(`levels of ${size} bytes`);
      const { maxDefinition } = leaf;
      const levels =
        maxDefinition === 0
          ? undefined
          : readHybrid(
              new ByteReader(read(values - size, size)),
              bitWidth(maxDefinition),
              page.num_values,
              maxDefinition,
            );
      const isThere = (i: number) => levels === undefined || levels[i] === maxDefinition;
      const next = writeRanges(ranges, row, page.num_values, values, end, isThere, read);
      row += page.num_values;
      if (next !== end) throw new Error(`a page has ${end - next} bytes too many`);
      at = end;
    }
    if (row !== count) throw new Error(`${row} of ${count} values are there`);
    return ranges;
  } finally {
    closeSync(handle);
  }
}

/** The places of a page's images; gives where the last one ends. */
function writeRanges(
  ranges: ImageRanges,
  row: number,
  count: number,
  values: number,
  end: number,
  isThere: (i: number) => boolean,
  read: (at: number, length: number) => Uint8Array,
): number {
  let at = values;
  for (let i = 0; i < count; i++) {
    if (!isThere(i)) continue;
    const length = new ByteReader(read(at, 4)).uint32();
    at += 4;
    if (at + length > end) throw new Error(`an image of ${length} bytes where ${end - at} are left`);
    ranges.offset[row + i] = at;
    ranges.length[row + i] = length;
    at += length;
  }
  return at;
}
