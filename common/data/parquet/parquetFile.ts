import { type ColumnMetaData, type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree } from 'hyparquet';
import { messageOf, UserError } from '../../utils/index.js';
import type { DataFile } from '../files/dataFile.js';
import { prepareCodec } from './decompress.js';

/** A leaf of the schema: its nodes from the root down, and how deep optional and repeated parts nest. */
export interface Leaf {
  path: readonly string[];
  nodes: SchemaTree[];
  maxDefinition: number;
  maxRepetition: number;
}

/** A column of the table: one leaf, or several where it is a struct or a list of structs. */
export interface TopColumn {
  name: string;
  tree: SchemaTree;
  leaves: readonly Leaf[];
}

/** A run of rows; `chunks` has the place of each leaf's bytes, by the leaf's path joined with NUL. */
export interface RowGroup {
  start: number;
  rows: number;
  chunks: ReadonlyMap<string, Chunk>;
}

export interface Chunk {
  start: number;
  end: number;
  meta: ColumnMetaData;
}

/** A parquet file whose footer has been read and checked. */
export interface ParquetFile {
  file: DataFile;
  rows: number;
  groups: readonly RowGroup[];
  columns: readonly TopColumn[];
  metadata: FileMetaData;
}

/** A row group of one of the files, by its first row in the table. */
export interface Place {
  parquet: ParquetFile;
  group: RowGroup;
  /** Its number among all row groups. */
  index: number;
  start: number;
}

const MAGIC = 'PAR1';
/** Read from the end at once: the footers of most files are smaller. */
const TAIL = 64 << 10;

/** Reads the footer: two small reads at most. @throws UserError where the file is cut or corrupt. */
export async function openParquet(file: DataFile): Promise<ParquetFile> {
  return orCorrupt(file, undefined, async () => {
    const footer = await readFooter(file);
    const metadata = parquetMetadata(footer, { geoparquet: false });
    const tree = parquetSchema(metadata);
    const columns = tree.children.map((child) => topColumn(child, tree));
    const names = columns.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new Error(`two columns are named "${twice}"`);
    const groups = rowGroups(metadata, columns, file.size);
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    if (rows !== Number(metadata.num_rows))
      throw new Error(`${metadata.num_rows} rows are announced, ${rows} are there`);
    const codecs = new Set(groups.flatMap(({ chunks }) => [...chunks.values()].map(({ meta }) => meta.codec)));
    for (const codec of codecs) await prepareCodec(codec);
    return { file, rows, groups, columns, metadata };
  });
}

/**
 * Runs `read` and says which file is broken where it throws anything but a UserError.
 *
 * @param rows the rows that were being read, where only they are lost.
 */
export async function orCorrupt<T>(
  file: DataFile,
  rows: { start: number; rows: number } | undefined,
  read: () => Promise<T> | T,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const where = rows === undefined ? '' : `, rows ${rows.start} to ${rows.start + rows.rows - 1}`;
    throw new UserError(
      `${file.name}${where}: the parquet file is cut or corrupt (${file.size} bytes): ${messageOf(error)}. Remove it and download the data set again.`,
      { cause: error },
    );
  }
}

/** A top-level column by its name. */
export function columnOf(parquet: ParquetFile, name: string): TopColumn {
  const column = parquet.columns.find((one) => one.name === name);
  if (column === undefined) throw new UserError(`${parquet.file.name} has no column "${name}".`);
  return column;
}

/** The key under which a leaf's chunk stands in a row group. */
export function leafKey(path: readonly string[]): string {
  return path.join('\0');
}

async function readFooter(file: DataFile): Promise<Uint8Array> {
  if (file.size < 12) throw new Error('it is too short');
  const from = Math.max(0, file.size - TAIL);
  const tail = await file.read(from, file.size);
  const text = Buffer.from(tail.buffer).toString('latin1', tail.length - 4);
  if (text === 'PARE') throw new Error('it is encrypted, which is not supported');
  if (text !== MAGIC) throw new Error('it does not end as a parquet file');
  const length = new DataView(tail.buffer).getUint32(tail.length - 8, true) + 8;
  if (length > file.size - 4) throw new Error(`its footer claims ${length} bytes`);
  if (length <= tail.length) return tail;
  return file.read(file.size - length, file.size);
}

function topColumn(tree: SchemaTree, root: SchemaTree): TopColumn {
  const leaves: Leaf[] = [];
  const walk = (node: SchemaTree, above: readonly SchemaTree[]) => {
    const nodes = [...above, node];
    if (node.children.length > 0) for (const child of node.children) walk(child, nodes);
    else {
      if (node.element.type === undefined) throw new Error(`the column "${node.path.join('.')}" has no type`);
      const count = (fits: (type: string | undefined) => boolean) =>
        nodes.slice(1).filter(({ element }) => fits(element.repetition_type)).length;
      const maxDefinition = count((type) => type !== 'REQUIRED');
      leaves.push({ path: node.path, nodes, maxDefinition, maxRepetition: count((type) => type === 'REPEATED') });
    }
  };
  walk(tree, [root]);
  return { name: tree.element.name, tree, leaves };
}

function rowGroups(metadata: FileMetaData, columns: readonly TopColumn[], size: number): RowGroup[] {
  const leaves = columns.flatMap((column) => column.leaves);
  const groups: RowGroup[] = [];
  let start = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0) throw new Error(`row group ${index} has ${group.num_rows} rows`);
    const chunks = new Map<string, Chunk>();
    for (const { meta_data: meta, file_path } of group.columns) {
      if (meta === undefined) throw new Error(`row group ${index} has a column without metadata (encrypted?)`);
      if (file_path) throw new Error(`a column lies in another file (${file_path}), which is not supported`);
      chunks.set(leafKey(meta.path_in_schema), { ...placeOf(meta, size), meta });
    }
    for (const leaf of leaves) {
      const chunk = chunks.get(leafKey(leaf.path));
      if (chunk === undefined) throw new Error(`row group ${index} lacks the column "${leaf.path.join('.')}"`);
      if (chunk.meta.type !== leaf.nodes.at(-1)?.element.type)
        throw new Error(`row group ${index}: "${leaf.path.join('.')}" has another type than the schema says`);
      // Without lists every row has one value, null or not.
      if (leaf.maxRepetition === 0 && Number(chunk.meta.num_values) !== rows)
        throw new Error(
          `row group ${index}: "${leaf.path.join('.')}" has ${chunk.meta.num_values} values for ${rows} rows`,
        );
    }
    groups.push({ start, rows, chunks });
    start += rows;
  }
  return groups;
}

function placeOf(meta: ColumnMetaData, size: number): { start: number; end: number } {
  const data = Number(meta.data_page_offset);
  const dictionary = Number(meta.dictionary_page_offset ?? 0);
  // Some writers leave a 0 where there is no dictionary.
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const end = start + Number(meta.total_compressed_size);
  if (!(start >= 4 && end >= start && end <= size - 8))
    throw new Error(`"${meta.path_in_schema.join('.')}" lies at bytes ${start} to ${end} of ${size}`);
  return { start, end };
}
