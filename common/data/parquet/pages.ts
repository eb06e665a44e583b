import { crc32 } from 'node:zlib';
import type { CompressionCodec, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { DataFile } from '../files/dataFile.js';
import { ByteReader } from './byteReader.js';
import { decompress } from './decompress.js';

/** A page of a column chunk: its header and its bytes as they stand in the file. */
export interface RawPage {
  header: PageHeader;
  /** As stored: compressed, the levels of a V2 page in front. */
  body: Uint8Array;
  /** Where the body begins in the chunk. */
  offset: number;
}

/** The pages of a column chunk in order. Sizes are checked before anything is believed, and a checksum where the writer left one. */
export function* chunkPages(chunk: Uint8Array): Generator<RawPage> {
  const reader = new ByteReader(chunk);
  while (reader.left > 0) {
    const header = readHeader(reader);
    const page = { header, body: reader.take(header.compressed_page_size), offset: 0 };
    page.offset = reader.at - page.body.length;
    checkPage(page);
    if (header.type !== 'INDEX_PAGE') yield page;
  }
}

/** Bytes that are read ahead of the page that is wanted. */
const WINDOW = 4 << 20;

/** The same out of a file, for chunks that should not be in memory as a whole: a page and a window are. */
export async function* filePages(file: DataFile, chunk: { start: number; end: number }): AsyncGenerator<RawPage> {
  let buffer: Uint8Array = new Uint8Array();
  let from = chunk.start;
  const upTo = async (length: number) => {
    if (buffer.length >= length || from + buffer.length >= chunk.end) return;
    buffer = await file.read(from, Math.min(chunk.end, from + Math.max(length, WINDOW)));
  };
  while (from < chunk.end) {
    // A header is some dozen bytes, but may hold the smallest and largest value.
    await upTo(64 << 10);
    const reader = new ByteReader(buffer);
    const header = readHeader(reader);
    const offset = reader.at;
    await upTo(offset + header.compressed_page_size);
    const body = new ByteReader(buffer, offset).take(header.compressed_page_size);
    const page = { header, body, offset: from - chunk.start + offset };
    checkPage(page);
    if (header.type !== 'INDEX_PAGE') yield page;
    from += offset + body.length;
    buffer = buffer.subarray(offset + body.length);
  }
}

function readHeader(reader: ByteReader): PageHeader {
  const thrift = { view: reader.view, offset: reader.at };
  const header = parquetHeader(thrift);
  reader.at = thrift.offset;
  const { type, compressed_page_size: size, uncompressed_page_size: full } = header;
  if (type === undefined || !(size >= 0) || !(full >= 0)) throw new Error('a page without a valid header');
  return header;
}

function checkPage({ header, body }: RawPage): void {
  if (header.crc !== undefined && crc32(body) !== header.crc >>> 0)
    throw new Error('the checksum of a page is wrong: its bytes have been changed');
}

/** What a data page of either version says, and its values' bytes ready to be decoded. */
export interface DataPage {
  /** Values with nulls. */
  count: number;
  encoding: string;
  /** Undefined for a V1 page, where the levels stand in front of the values with their lengths. */
  levels: { repetition: Uint8Array; definition: Uint8Array } | undefined;
  values: Uint8Array;
  /** Where `values` begins in the chunk; undefined where it was compressed. */
  offset: number | undefined;
}

/** A data page's parts, decompressed. */
export function openDataPage({ header, body, offset }: RawPage, codec: CompressionCodec): DataPage {
  const v2 = header.data_page_header_v2;
  if (v2 !== undefined) {
    const reader = new ByteReader(body);
    const repetition = reader.take(v2.repetition_levels_byte_length);
    const definition = reader.take(v2.definition_levels_byte_length);
    const stored = reader.take(reader.left);
    const isStored = v2.is_compressed === false || codec === 'UNCOMPRESSED' || stored.length === 0;
    const size = header.uncompressed_page_size - repetition.length - definition.length;
    return {
      count: countOf(v2.num_values),
      encoding: v2.encoding,
      levels: { repetition, definition },
      values: isStored ? stored : decompress(stored, size, codec),
      offset: isStored ? offset + repetition.length + definition.length : undefined,
    };
  }
  const v1 = header.data_page_header;
  if (v1 === undefined) throw new Error('a data page without its header');
  const isStored = codec === 'UNCOMPRESSED';
  return {
    count: countOf(v1.num_values),
    encoding: v1.encoding,
    levels: undefined,
    values: isStored ? body : decompress(body, header.uncompressed_page_size, codec),
    offset: isStored ? offset : undefined,
  };
}

/** A dictionary page's values, decompressed. */
export function openDictionaryPage({ header, body, offset }: RawPage, codec: CompressionCodec) {
  const count = countOf(header.dictionary_page_header?.num_values);
  const isStored = codec === 'UNCOMPRESSED';
  const values = isStored ? body : decompress(body, header.uncompressed_page_size, codec);
  return { count, values, offset: isStored ? offset : undefined };
}

function countOf(count: number | undefined): number {
  if (count === undefined || !Number.isInteger(count) || count < 0) throw new Error('a page without a valid count');
  return count;
}
