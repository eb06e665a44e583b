import { messageOf, UserError } from '../../utils/index.js';
import type { Feature, Features } from '../features.js';
import type { DataFile } from '../files/dataFile.js';
import { gunzip } from '../files/gzip.js';
import { columnsOf, streamRecords } from '../formats/recordFile.js';
import type { RecordFormat } from '../formats/recordFormat.js';
import { joined } from '../formats/recordTable.js';
import type { Row, Table } from '../table.js';
import { valueReader } from '../valueReader.js';
import type { Item, Shard } from './node.js';

/** A run of rows of a table (a row group, some images). */
export function tableShard(table: Table, from: number, to: number): Shard {
  const all = Object.keys(table.features);
  const read = (at: number, columns: readonly string[]) => {
    const count = Math.max(1, Math.min(table.batch(at), to - at));
    const rows = Array.from({ length: count }, (_, i) => at + i);
    return table.gather(rows, columns);
  };
  return {
    length: to - from,
    prefetch: (columns = all) => void read(from, columns).catch(() => {}), // told where the rows are really wanted
    async *batches(skip, columns = all) {
      for (let at = from + skip; at < to; ) {
        const rows = await read(at, columns);
        const start = at;
        yield rows.map((row, i): Item => ({ row, where: () => table.where(start + i) }));
        at += rows.length;
      }
    },
  };
}

/** A file that is opened when its turn comes: one of many parquet files, whose footers nobody should have to wait for. */
export function lazyShard(features: Features, open: () => Promise<Table>): Shard {
  return {
    length: undefined,
    async *batches(skip, columns) {
      const table = await open();
      if (Object.keys(table.features).join('\0') !== Object.keys(features).join('\0'))
        throw new UserError(
          `${table.where(0)}: the file has the columns ${Object.keys(table.features).join(', ')}; the first one has ${Object.keys(features).join(', ')}.`,
        );
      yield* tableShard(table, 0, table.length).batches(skip, columns);
    },
  };
}

/** A text file (JSON lines, CSV, text), perhaps packed: rows as they arrive. Going on within it means to read over what was seen. */
export function recordShard(file: DataFile, format: RecordFormat, features: Features): Shard {
  return { length: undefined, batches: (skip, columns) => readRecords(file, format, features, skip, columns) };
}

async function* readRecords(
  file: DataFile,
  format: RecordFormat,
  features: Features,
  skip: number,
  wanted: readonly string[] = Object.keys(features),
): AsyncGenerator<Item[]> {
  const reads = Object.entries(features)
    .filter(([name]) => wanted.includes(name))
    .map(([name, feature]) => [name, valueReader(feature), feature] as const);
  let columns: readonly string[] | undefined;
  let isFirst = true;
  let row = 0;
  for await (const arrived of streamRecords(plain(file), format)) {
    let records = arrived;
    if (isFirst && format.header) {
      columns = columnsOf(file, format, records[0]?.bytes);
      records = records.slice(1);
    }
    isFirst = false;
    const seen = Math.max(0, Math.min(records.length, skip - row));
    row += seen;
    records = records.slice(seen);
    const start = row;
    const parsed = format.parse(
      records.map(({ bytes }) => bytes),
      columns,
    );
    const items: Item[] = [];
    let failure: UserError | undefined;
    for (const [i, values] of parsed.entries()) {
      const where = () => `${file.name}, row ${start + i} (line ${records[i]!.line})`;
      try {
        if (values instanceof Error) throw values;
        items.push({ row: readRow(values, reads, format), where });
      } catch (error) {
        failure = new UserError(`${where()}: ${messageOf(error)}.`);
        break;
      }
    }
    row += records.length;
    if (items.length > 0) yield items;
    // Behind the rows that were good.
    if (failure !== undefined) throw failure;
  }
}

type Reads = readonly (readonly [string, (value: unknown) => unknown, Feature])[];

function readRow(values: Record<string, unknown>, reads: Reads, format: RecordFormat): Row {
  const entries = reads.map(([name, read, feature]) => {
    try {
      return [name, read(format.prepare(values[name], feature))] as const;
    } catch (error) {
      throw new Error(`column "${name}": ${messageOf(error)}`);
    }
  });
  return Object.fromEntries(entries);
}

/** Rows from which the columns of a stream are told, where nobody says them: all that the first pieces bring, at most so many. */
const LOOK_AT = 1000;

/** The features of a text file by its first rows: all rows would mean to read all of it. */
export async function firstFeatures(file: DataFile, format: RecordFormat): Promise<Features> {
  if (format.fixed !== undefined) return format.fixed;
  const features: Record<string, Feature> = {};
  let columns: readonly string[] | undefined;
  let isFirst = true;
  let seen = 0;
  for await (const arrived of streamRecords(plain(file), format)) {
    let records = arrived;
    if (isFirst && format.header) {
      columns = columnsOf(file, format, records[0]?.bytes);
      for (const name of columns ?? []) features[name] = { type: 'value', dtype: 'null' };
      records = records.slice(1);
    }
    isFirst = false;
    records = records.slice(0, LOOK_AT - seen);
    const parsed = format.parse(
      records.map(({ bytes }) => bytes),
      columns,
    );
    for (const [i, values] of parsed.entries()) {
      const where = `${file.name}, row ${seen + i} (line ${records[i]!.line})`;
      if (values instanceof Error) throw new UserError(`${where}: ${values.message}.`);
      for (const [name, value] of Object.entries(values)) {
        try {
          const feature = format.featureOf(value);
          const known = Object.hasOwn(features, name) ? features[name]! : undefined;
          features[name] = known === undefined ? feature : joined(known, feature, name, format);
        } catch (error) {
          throw new UserError(`${where}: ${messageOf(error)}.`);
        }
      }
    }
    seen += records.length;
    if (seen >= LOOK_AT) break;
  }
  if (isFirst && format.header) columnsOf(file, format, undefined);
  // Nothing but missing values so far: text can hold what comes.
  for (const [name, feature] of Object.entries(features))
    if (feature.type === 'value' && feature.dtype === 'null') features[name] = { type: 'value', dtype: 'string' };
  return features;
}

function plain(file: DataFile): DataFile {
  return file.path.endsWith('.gz') ? { ...file, stream: () => gunzip(file) } : file;
}
