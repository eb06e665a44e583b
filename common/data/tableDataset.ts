import { UserError } from '../utils/index.js';
import type { ColumnName, Dataset, FilterOptions, ImageSourceOptions, MapOptions } from './dataset.js';
import { noColumn } from './describeFeature.js';
import type { Columns, Features } from './features.js';
import type { DataFrameOptions } from './frames/dataFrameOptions.js';
import { type ImageSource, isImage } from './image.js';
import { onlyColumn, readLabels } from './labels.js';
import { filterRows, keyOf, sortRows, splitRows, uniqueValues } from './rowChoices.js';
import { random } from './samplers/index.js';
import type { DatasetInfo, Row, Table, TableFiles } from './table.js';
import { concatTables } from './tables/concat.js';
import { mapTable } from './tables/mapped.js';
import { projectTable } from './tables/project.js';
import { typedTable } from './tables/required.js';
import { selectTable } from './tables/select.js';

/** A Dataset that reads from a table. T is a claim about its columns: loadDataset and `typed` have checked it where `columns` were given. */
export class TableDataset<T extends Row> implements Dataset<T> {
  readonly name: string;
  readonly config: string | undefined;
  readonly splitName: string;
  readonly folder: string | undefined;
  readonly features: Features;
  readonly length: number;
  readonly fingerprint: string;
  readonly files: TableFiles | undefined;
  readonly #info: DatasetInfo;
  readonly #table: Table;

  constructor(table: Table, info: DatasetInfo) {
    this.name = info.name;
    this.config = info.config;
    this.splitName = info.splitName;
    this.folder = info.folder;
    this.features = table.features;
    this.length = table.length;
    this.fingerprint = table.fingerprint;
    this.files = table.files;
    this.#info = info;
    this.#table = table;
  }

  async row(index: number): Promise<T> {
    const row = index < 0 ? index + this.length : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.length)
      throw new RangeError(`row ${index} of ${this.name} ${this.splitName}, which has ${this.length}`);
    const [found] = await this.#table.gather([row], Object.keys(this.features));
    return claim<T>(found!);
  }

  async *rows(from = 0, to = this.length): AsyncIterableIterator<T> {
    for await (const { rows } of this.#batches(Object.keys(this.features), from, to))
      for (const row of rows) yield claim<T>(row);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.rows();
  }

  async column<K extends ColumnName<T>>(name: K, from = 0, to = this.length): Promise<T[K][]> {
    this.#check(name);
    const values: T[K][] = [];
    for await (const { rows } of this.#batches([name], from, to))
      for (const row of rows) values.push(claim<T>(row)[name]);
    return values;
  }

  async gather<K extends ColumnName<T>>(indices: ArrayLike<number>, columns?: readonly K[]): Promise<Pick<T, K>[]> {
    const names = columns ?? Object.keys(this.features);
    for (const name of names) this.#check(name);
    const found = await this.#table.gather(indices, names);
    return found.map((row) => claim<T>(row));
  }

  select(indices: Iterable<number>): Dataset<T> {
    return this.#over(selectTable(this.#table, indices, undefined));
  }

  take(count: number): Dataset<T> {
    return this.#range(0, count);
  }

  skip(count: number): Dataset<T> {
    return this.#range(count, this.length);
  }

  shuffle(seed: number): Dataset<T> {
    const order = random(this.length, { seed }).indices(0);
    return this.#over(selectTable(this.#table, Uint32Array.from(order), `shuffle ${seed}`));
  }

  concat(...others: readonly Dataset<T>[]): Dataset<T> {
    const tables = others.map((other) => {
      if (other instanceof TableDataset) return other.#table;
      throw new TypeError('concat takes data sets of loadDataset');
    });
    const splitName = [this, ...others].map((one) => one.splitName).join('+');
    return new TableDataset<T>(concatTables([this.#table, ...tables]), { ...this.#info, splitName });
  }

  shard(index: number, count: number, { contiguous = false } = {}): Dataset<T> {
    if (!Number.isInteger(count) || !Number.isInteger(index) || index < 0 || index >= count)
      throw new RangeError(`shard ${index} of ${count}`);
    if (contiguous)
      return this.#range(Math.floor((this.length * index) / count), Math.floor((this.length * (index + 1)) / count));
    const rows = Uint32Array.from({ length: Math.ceil((this.length - index) / count) }, (_, i) => index + i * count);
    return this.#over(selectTable(this.#table, rows, `shard ${index}/${count}`));
  }

  async filter<K extends ColumnName<T> = ColumnName<T>>(
    keep: (row: Pick<T, K>, index: number) => boolean | Promise<boolean>,
    { columns }: FilterOptions<K> = {},
  ): Promise<Dataset<T>> {
    const names = columns ?? Object.keys(this.features);
    for (const name of names) this.#check(name);
    const rows = await filterRows(this.#table, this.#batches(names), (row, i) => keep(claim<T>(row), i));
    return this.#over(selectTable(this.#table, rows, undefined));
  }

  async map<U extends Row>(
    change: (row: T, index: number) => U | Promise<U>,
    options: MapOptions = {},
  ): Promise<Dataset<U>> {
    const table = await mapTable(this.#table, (row, index) => change(claim<T>(row), index), {
      ...options,
      key: JSON.stringify([change.toString(), options.key ?? null]),
    });
    return new TableDataset<U>(table, this.#info);
  }

  async sort(column: ColumnName<T>, { descending = false } = {}): Promise<Dataset<T>> {
    const rows = sortRows(await this.column(column), descending);
    return this.#over(selectTable(this.#table, rows, `sort ${column} ${descending}`));
  }

  async unique<K extends ColumnName<T>>(column: K): Promise<T[K][]> {
    return uniqueValues(await this.column(column));
  }

  async split<K extends string>(
    shares: Readonly<Record<K, number>>,
    { seed = 0, stratifyBy }: { seed?: number; stratifyBy?: ColumnName<T> } = {},
  ): Promise<Record<K, Dataset<T>>> {
    const keys = stratifyBy === undefined ? undefined : (await this.column(stratifyBy)).map(keyOf);
    const parts = await splitRows(this.length, shares, seed, keys);
    const sets: Partial<Record<K, Dataset<T>>> = {};
    for (const name in shares) {
      const table = selectTable(this.#table, Uint32Array.from(parts[name] ?? []), undefined);
      sets[name] = new TableDataset<T>(table, { ...this.#info, splitName: `${this.splitName}/${name}` });
    }
    return sets as Record<K, Dataset<T>>; // each name of `shares` has been filled in above
  }

  selectColumns<K extends ColumnName<T>>(...columns: readonly K[]): Dataset<Pick<T, K>> {
    return new TableDataset<Pick<T, K>>(projectTable(this.#table, same(columns)), this.#info);
  }

  removeColumns<K extends ColumnName<T>>(...columns: readonly K[]): Dataset<Omit<T, K>> {
    for (const name of columns) this.#check(name);
    const gone = new Set<string>(columns);
    const kept = Object.keys(this.features).filter((name) => !gone.has(name));
    return new TableDataset<Omit<T, K>>(projectTable(this.#table, same(kept)), this.#info);
  }

  rename<K extends ColumnName<T>, N extends string>(column: K, name: N): Dataset<Omit<T, K> & Record<N, T[K]>> {
    this.#check(column);
    const names = Object.keys(this.features);
    const other: string = name;
    if (other !== column && names.includes(other)) throw new UserError(`There is a column "${name}" already.`);
    const columns = Object.fromEntries(names.map((old) => [old === column ? name : old, old]));
    return new TableDataset<Omit<T, K> & Record<N, T[K]>>(projectTable(this.#table, columns), this.#info);
  }

  typed<U extends Row>(columns: Columns<U>): Dataset<U> {
    const where = `${this.name}, split "${this.splitName}"`;
    return new TableDataset<U>(typedTable(this.#table, { ...columns }, where), this.#info);
  }

  where(index: number): string {
    return this.#table.where(index);
  }

  async paths(column?: ColumnName<T>): Promise<(string | null)[]> {
    const name = column ?? onlyColumn(this, 'image');
    if (this.#table.paths !== undefined) return this.#table.paths(name);
    const paths: (string | null)[] = [];
    for await (const { rows } of this.#batches([name]))
      for (const row of rows) paths.push(isImage(row[name]) ? row[name].path : null);
    return paths;
  }

  async labels(column?: ColumnName<T>): Promise<Int32Array> {
    const name = column ?? onlyColumn(this, 'classLabel');
    return readLabels(this.#table, this.#batches([name]), name, this.name);
  }

  async imageSource(column?: ColumnName<T>, { maxMemory = 256e6 }: ImageSourceOptions = {}): Promise<ImageSource> {
    const name = column ?? onlyColumn(this, 'image');
    this.#check(name);
    if (this.features[name]?.type !== 'image') throw new UserError(`Column "${name}" of ${this.name} holds no images.`);
    return this.#table.images(name, maxMemory);
  }

  async toDataFrame(options?: DataFrameOptions) {
    const { toDataFrame } = await import('./frames/index.js');
    return toDataFrame(this, options);
  }

  async query(sql: string): Promise<Row[]> {
    const { query } = await import('./frames/index.js');
    return query(this, sql);
  }

  #range(from: number, to: number): Dataset<T> {
    const start = Math.min(Math.max(0, Math.floor(from)), this.length);
    const end = Math.min(Math.max(start, Math.floor(to)), this.length);
    const rows = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    return this.#over(selectTable(this.#table, rows, `${start}:${end}`));
  }

  async *#batches(columns: readonly string[], from = 0, to = this.length) {
    const end = Math.min(to, this.length);
    for (let at = Math.max(0, from); at < end; ) {
      const count = Math.max(1, Math.min(this.#table.batch(at), end - at));
      const indices = Uint32Array.from({ length: count }, (_, i) => at + i);
      yield { rows: await this.#table.gather(indices, columns), from: at };
      at += count;
    }
  }

  #over(table: Table): Dataset<T> {
    return new TableDataset<T>(table, this.#info);
  }

  #check(name: string): void {
    if (!Object.hasOwn(this.features, name)) throw new UserError(noColumn(name, this.features));
  }
}

/** What T says about a row was checked against the features when the set was opened (`columns`), or is the caller's word. */
function claim<T extends Row>(row: Row): T {
  return row as T;
}

function same(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
