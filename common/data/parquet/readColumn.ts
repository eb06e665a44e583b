import type { DecodedArray } from 'hyparquet';
import { assembleLists, assembleNested } from 'hyparquet/src/assemble.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { ByteReader } from './byteReader.js';
import { bitWidth, readHybrid } from './levels.js';
import { chunkPages, type DataPage, openDataPage, openDictionaryPage } from './pages.js';
import { type Chunk, type Leaf, leafKey, type ParquetFile, type RowGroup, type TopColumn } from './parquetFile.js';
import { decodePlain, decodeValues, type PhysicalType } from './values.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** hyparquet's, but bytes that are no UTF-8 are an error and not a replacement character. */
const parsers = {
  ...DEFAULT_PARSERS,
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes),
};

/** The values of one column in one row group, one a row: primitives, Date, bytes, arrays, objects; null (or undefined) where there is none. */
export async function readColumn(
  { file }: ParquetFile,
  group: RowGroup,
  column: TopColumn,
): Promise<ArrayLike<unknown>> {
  const parts = new Map<string, DecodedArray>();
  for (const leaf of column.leaves) {
    const chunk = chunkOf(group, leaf);
    const bytes = await file.read(chunk.start, chunk.end);
    parts.set(
      leaf.path.join('.'),
      readLeaf(bytes, leaf, chunk, column.tree.children.length === 0 && leaf.maxRepetition === 0),
    );
  }
  if (column.tree.children.length > 0) assembleNested(parts, column.tree, parsers);
  const values = parts.get(column.name);
  if (values === undefined || values.length !== group.rows)
    throw new Error(`"${column.name}" has ${values?.length ?? 'no'} values for ${group.rows} rows`);
  return values;
}

/** The values of one leaf without lists, one a row, null wherever it or a part above it is missing: the `path` of images. */
export async function readFlatLeaf({ file }: ParquetFile, group: RowGroup, leaf: Leaf): Promise<ArrayLike<unknown>> {
  const chunk = chunkOf(group, leaf);
  return readLeaf(await file.read(chunk.start, chunk.end), leaf, chunk, true);
}

/** The place of a leaf's bytes. */
export function chunkOf(group: RowGroup, leaf: Leaf): Chunk {
  const chunk = group.chunks.get(leafKey(leaf.path));
  if (chunk === undefined) throw new Error(`the row group lacks "${leaf.path.join('.')}"`);
  return chunk;
}

/** Physical type of a leaf. */
export function physicalOf(leaf: Leaf): PhysicalType {
  const element = leaf.nodes.at(-1)?.element;
  if (element?.type === undefined) throw new Error(`"${leaf.path.join('.')}" has no type`);
  return { type: element.type, length: element.type_length };
}

function readLeaf(bytes: Uint8Array, leaf: Leaf, { meta }: Chunk, isFlat: boolean): DecodedArray {
  const physical = physicalOf(leaf);
  const element = leaf.nodes.at(-1)!.element;
  const decoder = {
    pathInSchema: [...leaf.path],
    type: physical.type,
    element,
    schemaPath: leaf.nodes,
    codec: meta.codec,
    parsers,
    utf8: false,
  };
  const out: unknown[] = [];
  let dictionary: DecodedArray | undefined;
  let seen = 0;
  for (const page of chunkPages(bytes)) {
    if (page.header.type === 'DICTIONARY_PAGE') {
      const { count, values } = openDictionaryPage(page, meta.codec);
      dictionary = convert(decodePlain(values, count, physical), decoder);
      continue;
    }
    const data = openDataPage(page, meta.codec);
    seen += data.count;
    if (seen > Number(meta.num_values)) throw new Error('there are more values than announced');
    const { repetition, definition, values, nulls } = readLevels(data, leaf);
    const raw = decodeValues(values, data.count - nulls, data.encoding, physical, dictionary);
    const isCoded = data.encoding.endsWith('_DICTIONARY');
    const converted = isCoded ? raw : convert(raw, decoder);
    if (isFlat) spread(out, converted, nulls > 0 ? definition : undefined, leaf.maxDefinition);
    else {
      const levels = nulls > 0 || repetition !== undefined ? definition : undefined;
      const rows = assembleLists(
        out,
        levels && Array.from(levels),
        Array.from(repetition ?? []),
        converted,
        leaf.nodes,
      );
      // Where nothing is optional or repeated it gives back the values themselves.
      if (rows !== out) for (let i = 0; i < rows.length; i++) out.push(rows[i]);
    }
  }
  if (seen !== Number(meta.num_values)) throw new Error(`${seen} of ${meta.num_values} values are there`);
  return out;
}

function spread(out: unknown[], values: DecodedArray, definition: Uint32Array | undefined, max: number): void {
  if (definition === undefined) {
    for (let i = 0; i < values.length; i++) out.push(values[i]);
    return;
  }
  let at = 0;
  for (const level of definition) out.push(level === max ? values[at++] : null);
}

/** The levels of a data page, how many of its values are null, and the bytes behind the levels. */
export function readLevels(
  page: DataPage,
  leaf: Leaf,
): {
  repetition: Uint32Array | undefined;
  definition: Uint32Array | undefined;
  nulls: number;
  values: Uint8Array;
  offset: number | undefined;
} {
  const reader = new ByteReader(page.values);
  const read = (max: number, bytes: Uint8Array | undefined) => {
    if (max === 0) return undefined;
    const packed = new ByteReader(bytes ?? reader.take(reader.uint32()));
    return readHybrid(packed, bitWidth(max), page.count, max);
  };
  const repetition = read(leaf.maxRepetition, page.levels?.repetition);
  const definition = read(leaf.maxDefinition, page.levels?.definition);
  let nulls = 0;
  if (definition !== undefined) for (const level of definition) if (level !== leaf.maxDefinition) nulls++;
  return {
    repetition,
    definition,
    nulls,
    values: page.values.subarray(reader.at),
    offset: page.offset === undefined ? undefined : page.offset + reader.at,
  };
}
