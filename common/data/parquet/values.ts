import type { DecodedArray, ParquetType } from 'hyparquet';
import { deltaBinaryUnpack, deltaByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { ByteReader } from './byteReader.js';
import { readHybrid } from './levels.js';

/** Bytes of a value in PLAIN encoding; undefined where they differ from value to value. */
const plainWidths: { readonly [T in ParquetType]: number | undefined } = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: undefined,
  FIXED_LEN_BYTE_ARRAY: undefined,
};

/** Physical type of a column's values; `length` of FIXED_LEN_BYTE_ARRAY. */
export interface PhysicalType {
  type: ParquetType;
  length: number | undefined;
}

/** `count` values in PLAIN encoding, all of them within `bytes`. */
export function decodePlain(bytes: Uint8Array, count: number, { type, length }: PhysicalType): DecodedArray {
  if (type === 'BYTE_ARRAY') return byteArrays(bytes, count);
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : plainWidths[type];
  if (width === undefined || Math.ceil(count * width) > bytes.length)
    throw new Error(`${bytes.length} bytes are no ${count} values of type ${type}`);
  return readPlain(
    { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 },
    type,
    count,
    length,
  );
}

/** The values of a data page that are no nulls, before their logical type is looked at. Dictionary codes are resolved. */
export function decodeValues(
  bytes: Uint8Array,
  count: number,
  encoding: string,
  physical: PhysicalType,
  dictionary: DecodedArray | undefined,
): DecodedArray {
  const { type, length } = physical;
  const reader = new ByteReader(bytes);
  const thrift = { view: reader.view, offset: 0 };
  switch (encoding) {
    case 'PLAIN':
      return decodePlain(bytes, count, physical);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (count === 0) return [];
      if (dictionary === undefined) throw new Error('a page refers to a dictionary that is missing');
      const codes = readCodes(reader, count, dictionary.length);
      return Array.from(codes, (code) => dictionary[code]);
    }
    case 'RLE': {
      if (type !== 'BOOLEAN') break;
      const packed = new ByteReader(reader.take(reader.uint32()));
      return Array.from(readHybrid(packed, 1, count, 1), (bit) => bit === 1);
    }
    case 'BYTE_STREAM_SPLIT':
      return byteStreamSplit(thrift, count, type, length);
    case 'DELTA_BINARY_PACKED': {
      const values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      if (count > 0) deltaBinaryUnpack(thrift, count, values);
      return values;
    }
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const { lengths, at } = deltaLengths(bytes, count);
      reader.at = at;
      return Array.from(lengths, (size) => reader.take(size));
    }
    case 'DELTA_BYTE_ARRAY': {
      const values = new Array<Uint8Array>(count);
      if (count > 0) deltaByteArray(thrift, count, values);
      return values;
    }
  }
  throw new Error(`the encoding ${encoding} of ${type} is not supported`);
}

/** The codes into a dictionary of `size` entries that a page holds. */
export function readCodes(reader: ByteReader, count: number, size: number): Uint32Array {
  if (count === 0) return new Uint32Array();
  const width = reader.byte();
  if (width > 31 || size === 0) throw new Error(`codes of ${width} bits into a dictionary of ${size}`);
  return readHybrid(reader, width, count, size - 1);
}

/** The lengths of byte arrays in DELTA_LENGTH_BYTE_ARRAY encoding, and where the first of them begins. */
export function deltaLengths(bytes: Uint8Array, count: number): { lengths: Int32Array; at: number } {
  const lengths = new Int32Array(count);
  const thrift = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  if (count > 0) deltaBinaryUnpack(thrift, count, lengths);
  return { lengths, at: thrift.offset };
}

function byteArrays(bytes: Uint8Array, count: number): Uint8Array[] {
  const reader = new ByteReader(bytes);
  const values = new Array<Uint8Array>(count);
  for (let i = 0; i < count; i++) values[i] = reader.take(reader.uint32());
  return values;
}
