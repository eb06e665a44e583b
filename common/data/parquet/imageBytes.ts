import { ByteReader } from './byteReader.js';
import { openDataPage, openDictionaryPage, type RawPage } from './pages.js';
import type { Chunk, Leaf } from './parquetFile.js';
import { physicalOf, readLevels } from './readColumn.js';
import { deltaLengths, readCodes } from './values.js';

/** Where each image of a row group stands in its file; a length of 0 where the row has none. */
export interface ImageRanges {
  offset: Float64Array;
  length: Uint32Array;
}

/** Pages of a chunk: in memory (chunkPages) or as they come from the file (filePages). */
type Pages = Iterable<RawPage> | AsyncIterable<RawPage>;

/** The encoded images of a row group, as views; undefined where a row has none. */
export async function imagesOfChunk(pages: Pages, leaf: Leaf, chunk: Chunk): Promise<(Uint8Array | undefined)[]> {
  const out: (Uint8Array | undefined)[] = [];
  await visitImages(pages, leaf, chunk, (page, at, length) => {
    out.push(page?.subarray(at, at + length));
  });
  return out;
}

/** Their places in the file, or undefined where they are not stored as they are (compressed). */
export async function rangesOfChunk(pages: Pages, leaf: Leaf, chunk: Chunk): Promise<ImageRanges | undefined> {
  const count = Number(chunk.meta.num_values);
  const ranges = { offset: new Float64Array(count), length: new Uint32Array(count) };
  let row = 0;
  let inFile = true;
  await visitImages(pages, leaf, chunk, (page, at, length, offset) => {
    if (page !== undefined) {
      inFile &&= offset !== undefined;
      ranges.offset[row] = chunk.start + (offset ?? 0) + at;
      ranges.length[row] = length;
    }
    row++;
  });
  return inFile ? ranges : undefined;
}

/** Told of each row: bytes `at` … `at + length − 1` of `page`, which begins at `offset` of the chunk; no page for a row without a value. */
type Visit = (page: Uint8Array | undefined, at: number, length: number, offset: number | undefined) => void;

/** Goes through the images of a chunk, a page in memory at a time. */
export async function visitImages(pages: Pages, leaf: Leaf, { meta }: Chunk, visit: Visit): Promise<void> {
  const physical = physicalOf(leaf);
  if (physical.type !== 'BYTE_ARRAY' || leaf.maxRepetition > 0)
    throw new Error(`"${leaf.path.join('.')}" holds no bytes`);
  let dictionary: { at: Uint32Array; length: Uint32Array; values: Uint8Array; offset: number | undefined } | undefined;
  let seen = 0;
  for await (const page of pages) {
    if (page.header.type === 'DICTIONARY_PAGE') {
      const { count, values, offset } = openDictionaryPage(page, meta.codec);
      dictionary = { ...plainPlaces(values, count), values, offset };
      continue;
    }
    const data = openDataPage(page, meta.codec);
    seen += data.count;
    if (seen > Number(meta.num_values)) throw new Error('there are more values than announced');
    const { definition, nulls, values, offset } = readLevels(data, leaf);
    const count = data.count - nulls;
    const place = placesOf(values, count, data.encoding);
    let k = 0;
    for (let i = 0; i < data.count; i++) {
      if (definition !== undefined && definition[i] !== leaf.maxDefinition) visit(undefined, 0, 0, undefined);
      else place(k++, visit, offset);
    }
  }
  if (seen !== Number(meta.num_values)) throw new Error(`${seen} of ${meta.num_values} values are there`);

  function placesOf(values: Uint8Array, count: number, encoding: string) {
    if (encoding === 'PLAIN' || encoding === 'DELTA_LENGTH_BYTE_ARRAY') {
      const places = encoding === 'PLAIN' ? plainPlaces(values, count) : deltaPlaces(values, count);
      return (k: number, tell: Visit, offset: number | undefined) =>
        tell(values, places.at[k]!, places.length[k]!, offset);
    }
    if (encoding.endsWith('_DICTIONARY')) {
      const known = dictionary;
      if (known === undefined) throw new Error('a page refers to a dictionary that is missing');
      const codes = readCodes(new ByteReader(values), count, known.at.length);
      return (k: number, tell: Visit) =>
        tell(known.values, known.at[codes[k]!]!, known.length[codes[k]!]!, known.offset);
    }
    if (encoding === 'DELTA_BYTE_ARRAY') throw new Error('images in pieces (DELTA_BYTE_ARRAY) are not supported');
    throw new Error(`the encoding ${encoding} is not supported for images`);
  }
}

function plainPlaces(values: Uint8Array, count: number): { at: Uint32Array; length: Uint32Array } {
  const reader = new ByteReader(values);
  const at = new Uint32Array(count);
  const length = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    length[i] = reader.uint32();
    at[i] = reader.at;
    reader.take(length[i]!);
  }
  return { at, length };
}

function deltaPlaces(values: Uint8Array, count: number): { at: Uint32Array; length: Uint32Array } {
  const { lengths, at: start } = deltaLengths(values, count);
  const reader = new ByteReader(values, start);
  const at = new Uint32Array(count);
  const length = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    at[i] = reader.at;
    length[i] = reader.take(lengths[i]!).length;
  }
  return { at, length };
}
