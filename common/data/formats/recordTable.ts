import { messageOf, UserError } from '../../utils/index.js';
import { noColumn } from '../describeFeature.js';
import type { Feature, Features } from '../features.js';
import type { DataFile } from '../files/dataFile.js';
import { digest, identify } from '../identity.js';
import type { ImageSource } from '../image.js';
import { widen } from '../inferFeatures.js';
import { Lru } from '../lru.js';
import type { Row, Table, TableFiles } from '../table.js';
import { packTable } from '../tables/packTable.js';
import { type ValueReader, valueReader } from '../valueReader.js';
import { indexRecords, type RecordFile } from './recordFile.js';
import type { RecordFormat } from './recordFormat.js';

/** Rows that are read and parsed at once. */
const BATCH = 256;
/** Bytes of text whose parsed rows are kept. */
const CACHE = 32 << 20;

type Parsed = (Record<string, unknown> | Error)[];

/**
 * The rows of JSON lines, CSV or text files. All files are read once to find the rows, and a second time to tell the columns' types
 * where `given` does not say them.
 *
 * @throws UserError naming file and line of a row that cannot be read or that does not fit the others.
 */
export async function openRecordTable(
  files: readonly DataFile[],
  format: (file: DataFile) => Promise<RecordFormat>,
  given?: Features,
): Promise<Table> {
  const opened: RecordFile[] = [];
  for (const file of files) opened.push(await indexRecords(file, await format(file)));
  const first = opened[0];
  if (first === undefined) throw new UserError('no file');
  for (const other of opened.slice(1)) checkHeader(first, other);
  const fixed = first.format.fixed;
  const table = new RecordTable(opened, fixed ?? given ?? {}, await identify(files));
  if (fixed !== undefined) return table;
  if (given !== undefined && Object.keys(given).length > 0) {
    for (const name of Object.keys(given))
      if (first.columns !== undefined && !first.columns.includes(name))
        throw new UserError(
          `${first.file.name} has no column "${name}", which the data set's features name. Its columns are: ${first.columns.join(', ')}.`,
        );
    return table;
  }
  return table.cast(await table.infer());
}

function checkHeader(first: RecordFile, other: RecordFile): void {
  const [a, b] = [first.columns, other.columns];
  if (a === undefined || b === undefined || [...a].sort().join('\0') === [...b].sort().join('\0')) return;
  throw new UserError(
    `The files of a split must have the same columns: ${first.file.name} has ${a.join(', ')}; ${other.file.name} has ${b.join(', ')}.`,
  );
}

class RecordTable implements Table {
  readonly features: Features;
  readonly length: number;
  readonly fingerprint: string;
  readonly files: TableFiles | undefined;
  readonly #records: readonly RecordFile[];
  readonly #starts: readonly number[];
  readonly #source: string;
  readonly #parsed: Lru<Parsed>;
  readonly #readers = new Map<string, ValueReader>();

  constructor(records: readonly RecordFile[], features: Features, source: string, parsed = new Lru<Parsed>(CACHE)) {
    let length = 0;
    this.#starts = records.map(({ starts }) => {
      length += starts.length;
      return length - starts.length;
    });
    this.length = length;
    this.features = features;
    this.fingerprint = digest(source, features);
    this.#records = records;
    this.#source = source;
    this.#parsed = parsed;
    const local = records.flatMap(({ file }) => file.local ?? []);
    const { name, delimiter } = records[0]?.format ?? {};
    const alike = records.every(({ format }) => format.name === name && format.delimiter === delimiter);
    if (name === undefined || !alike || local.length < records.length) this.files = undefined;
    else this.files = { format: name, paths: local, ...(delimiter === undefined ? {} : { delimiter }) };
  }

  batch(from: number): number {
    const { start, record } = this.#part(from);
    const row = from - start;
    return Math.min(BATCH - (row % BATCH), record.starts.length - row);
  }

  where(row: number): string {
    const { record, start } = this.#part(row);
    return `${record.file.name}, row ${row - start} (line ${record.lines[row - start]})`;
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const reads = columns.map((name) => [name, this.#reader(name), this.features[name]!] as const);
    const out: Row[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const values = await this.#stored(row);
      const { format } = this.#part(row).record;
      const entries = reads.map(([name, read, feature]) => {
        try {
          return [name, read(format.prepare(values[name], feature))] as const;
        } catch (error) {
          throw new UserError(`${this.where(row)}: column "${name}": ${messageOf(error)}.`);
        }
      });
      out.push(Object.fromEntries(entries));
    }
    return out;
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return packTable(this, column, maxMemory);
  }

  cast(features: Features): RecordTable {
    return new RecordTable(this.#records, features, this.#source, this.#parsed);
  }

  /** The columns and their types by all rows. */
  async infer(): Promise<Features> {
    const features: Record<string, Feature> = {};
    for (const name of this.#records[0]?.columns ?? []) features[name] = { type: 'value', dtype: 'null' };
    for (let row = 0; row < this.length; row++) {
      const { format } = this.#part(row).record;
      for (const [name, value] of Object.entries(await this.#stored(row))) {
        const known = Object.hasOwn(features, name) ? features[name]! : undefined;
        try {
          const feature = format.featureOf(value);
          features[name] = known === undefined ? feature : joined(known, feature, name, format);
        } catch (error) {
          throw new UserError(`${this.where(row)}: ${messageOf(error)}.`);
        }
      }
    }
    return features;
  }

  async #stored(row: number): Promise<Record<string, unknown>> {
    const { record, start, index } = this.#part(row);
    const first = Math.floor((row - start) / BATCH) * BATCH;
    const last = Math.min(first + BATCH, record.starts.length) - 1;
    const [from, to] = [record.starts[first]!, record.ends[last]!];
    const parsed = await this.#parsed.get(`${index} ${first}`, to - from, async () => {
      const bytes = await record.file.read(from, to);
      const records = [];
      for (let i = first; i <= last; i++)
        records.push(bytes.subarray(record.starts[i]! - from, record.ends[i]! - from));
      return record.format.parse(records, record.columns);
    });
    const values = parsed[row - start - first];
    if (values === undefined || values instanceof Error)
      throw new UserError(`${this.where(row)}: ${values?.message ?? 'the row is gone'}.`);
    return values;
  }

  #reader(name: string): ValueReader {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      const feature = Object.hasOwn(this.features, name) ? this.features[name] : undefined;
      if (feature === undefined) throw new UserError(noColumn(name, this.features));
      reader = valueReader(feature);
      this.#readers.set(name, reader);
    }
    return reader;
  }

  #part(row: number): { record: RecordFile; start: number; index: number } {
    if (!(row >= 0 && row < this.length)) throw new RangeError(`row ${row} of ${this.length}`);
    let index = this.#starts.length - 1;
    while (this.#starts[index]! > row) index--;
    return { record: this.#records[index]!, start: this.#starts[index]!, index };
  }
}

/** In a CSV file everything is text in the end; in JSON a text and a number in one column is a mistake. */
export function joined(a: Feature, b: Feature, name: string, format: RecordFormat): Feature {
  try {
    return widen(a, b, name);
  } catch (error) {
    if (format.name === 'csv') return { type: 'value', dtype: 'string' };
    throw error;
  }
}
