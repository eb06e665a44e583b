import { messageOf, UserError } from '../../utils/index.js';
import { describeFeature, noColumn, sameFeature } from '../describeFeature.js';
import type { Features } from '../features.js';
import type { DataFile } from '../files/dataFile.js';
import { digest, identify } from '../identity.js';
import type { ImageSource } from '../image.js';
import { Lru } from '../lru.js';
import type { Row, Table, TableFiles } from '../table.js';
import { type ValueReader, valueReader } from '../valueReader.js';
import type { ImageRanges } from './imageBytes.js';
import { imageLeaf, imageSize, readImages, readRanges, SMALL_CHUNK } from './imageColumn.js';
import { parquetImages, unpackedImages } from './images.js';
import {
  columnOf,
  openParquet,
  orCorrupt,
  type ParquetFile,
  type Place,
  type RowGroup,
  type TopColumn,
} from './parquetFile.js';
import { chunkOf, readColumn, readFlatLeaf } from './readColumn.js';
import { parquetFeatures } from './schemaFeatures.js';

/** Bytes of decoded columns that are kept for the next call, as they stand in the files. */
const CACHE = 64 << 20;

/**
 * The rows of parquet files, in order; only their footers are read now.
 *
 * @param card features by the repository's card, for files that carry none.
 * @param identity what identifies the files' content, where that is known; else it is computed.
 * @throws UserError for a file that is cut or corrupt, or whose columns differ from the first one's.
 */
export async function openParquetTable(
  files: readonly DataFile[],
  card?: Features,
  identity?: string,
): Promise<ParquetTable> {
  const opened: ParquetFile[] = [];
  for (let i = 0; i < files.length; i += 16)
    opened.push(...(await Promise.all(files.slice(i, i + 16).map((file) => openParquet(file)))));
  const first = opened[0];
  if (first === undefined) throw new UserError('no parquet file');
  const features = parquetFeatures(first, card);
  for (const other of opened.slice(1)) checkSame(first, features, other, parquetFeatures(other, card));
  return new ParquetTable(opened, features, digest(identity ?? (await identify(files)), features));
}

export class ParquetTable implements Table {
  readonly features: Features;
  readonly length: number;
  readonly fingerprint: string;
  readonly files: TableFiles | undefined;
  readonly places: readonly Place[];
  readonly #parquets: readonly ParquetFile[];
  readonly #decoded = new Lru<ArrayLike<unknown>>(CACHE);
  readonly #ranges = new Map<string, Promise<ImageRanges | undefined>>();
  readonly #readers = new Map<string, ValueReader>();

  constructor(parquets: readonly ParquetFile[], features: Features, fingerprint: string) {
    const places: Place[] = [];
    let start = 0;
    for (const parquet of parquets)
      for (const group of parquet.groups) {
        if (group.rows > 0) places.push({ parquet, group, index: places.length, start });
        start += group.rows;
      }
    const local = parquets.flatMap(({ file }) => file.local ?? []);
    this.#parquets = parquets;
    this.features = features;
    this.length = start;
    this.fingerprint = fingerprint;
    this.places = places;
    this.files = local.length === parquets.length ? { format: 'parquet', paths: local } : undefined;
  }

  batch(from: number): number {
    const place = this.#placeOf(from);
    return Math.min(1000, place.start + place.group.rows - from);
  }

  where(row: number): string {
    const { parquet, group, start } = this.#placeOf(row);
    return `${parquet.file.name}, row ${group.start + row - start}`;
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    const out: Record<string, unknown>[] = Array.from(rows, () => ({}));
    const byGroup = new Map<Place, number[]>();
    for (let i = 0; i < rows.length; i++) {
      const place = this.#placeOf(rows[i]!);
      const list = byGroup.get(place);
      if (list === undefined) byGroup.set(place, [i]);
      else list.push(i);
    }
    const reads = columns.map((name) => this.#reader(name));
    // All columns at once: over a network each is a request.
    const stored = await Promise.all(
      columns.map((name) =>
        Promise.all(
          [...byGroup].map(([place, list]) =>
            this.#values(
              place,
              name,
              list.map((i) => rows[i]! - place.start),
            ),
          ),
        ),
      ),
    );
    const lists = [...byGroup.values()];
    for (const [c, name] of columns.entries())
      for (const [g, list] of lists.entries())
        for (const [k, i] of list.entries()) {
          try {
            out[i]![name] = reads[c]!(stored[c]![g]![k]);
          } catch (error) {
            throw new UserError(`${this.where(rows[i]!)}: column "${name}": ${messageOf(error)}.`);
          }
        }
    return out;
  }

  images(column: string, maxMemory: number): Promise<ImageSource> {
    return parquetImages(this, column, maxMemory);
  }

  cast(features: Features): Table {
    return new ParquetTable(this.#parquets, features, this.fingerprint);
  }

  /** Bytes of a column's images as stored, and unpacked. */
  imageSize(column: string): { stored: number; unpacked: number } {
    const sizes = this.#parquets.map((parquet) => imageSize(parquet, columnOf(parquet, column)));
    const sum = (key: 'stored' | 'unpacked') => sizes.reduce((total, size) => total + size[key], 0);
    return { stored: sum('stored'), unpacked: sum('unpacked') };
  }

  /** The places of a row group's images in its file; undefined where they are compressed. */
  imageRanges(place: Place, column: string): Promise<ImageRanges | undefined> {
    const key = `${place.index} ${column}`;
    let ranges = this.#ranges.get(key);
    if (ranges === undefined) {
      ranges = readRanges(place.parquet, place.group, columnOf(place.parquet, column));
      this.#ranges.set(key, ranges);
      ranges.catch(() => this.#ranges.delete(key));
    }
    return ranges;
  }

  /** Values of a column in some rows of a row group, as stored. */
  async #values(place: Place, name: string, rows: readonly number[]): Promise<unknown[]> {
    const column = columnOf(place.parquet, name);
    if (this.features[name]?.type !== 'image') {
      const values = await this.#cached(place, name, sizeOf(place.group, column), () =>
        readColumn(place.parquet, place.group, column),
      );
      return rows.map((row) => values[row]);
    }
    const images = await this.#images(place, name, column, rows);
    const leaf = column.leaves.find(({ path }) => path.length === 2 && path[1] === 'path');
    const paths =
      leaf &&
      (await this.#cached(place, `${name}.path`, chunkSize(place.group, leaf), () =>
        readFlatLeaf(place.parquet, place.group, leaf),
      ));
    return rows.map((row, k) => ({ bytes: images[k], path: paths?.[row] ?? null }));
  }

  async #images(
    place: Place,
    name: string,
    column: TopColumn,
    rows: readonly number[],
  ): Promise<(Uint8Array | undefined)[]> {
    const chunk = chunkOf(place.group, imageLeaf(column));
    const size = chunk.end - chunk.start;
    const isPacked = chunk.meta.codec !== 'UNCOMPRESSED';
    // Few rows of many: only those are read. A chunk that is small, and wanted as a whole, is read at once.
    const isFew = rows.length * 16 < place.group.rows;
    if (size <= SMALL_CHUNK && (isPacked || !isFew)) {
      const images = await this.#cached(place, name, size, () => readImages(place.parquet, place.group, column));
      return rows.map((row) => (images[row] instanceof Uint8Array ? images[row] : undefined));
    }
    const ranges = await this.imageRanges(place, name);
    if (ranges === undefined)
      return unpackedImages(
        this,
        name,
        rows.map((row) => row + place.start),
      );
    const { file } = place.parquet;
    return orCorrupt(file, place.group, () =>
      Promise.all(
        rows.map((row) => {
          const offset = ranges.offset[row]!;
          return ranges.length[row] === 0 ? undefined : file.read(offset, offset + ranges.length[row]!);
        }),
      ),
    );
  }

  #cached(place: Place, name: string, cost: number, read: () => Promise<ArrayLike<unknown>>) {
    return this.#decoded.get(`${place.index} ${name}`, cost, () => orCorrupt(place.parquet.file, place.group, read));
  }

  #reader(name: string): ValueReader {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      const feature = this.features[name];
      if (feature === undefined) throw new UserError(noColumn(name, this.features));
      reader = valueReader(feature);
      this.#readers.set(name, reader);
    }
    return reader;
  }

  #placeOf(row: number): Place {
    let low = 0;
    let high = this.places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.places[middle]!.start <= row) low = middle;
      else high = middle - 1;
    }
    const place = this.places[low];
    if (place === undefined || !(row >= 0 && row < this.length)) throw new RangeError(`row ${row} of ${this.length}`);
    return place;
  }
}

function sizeOf(group: RowGroup, column: TopColumn): number {
  return column.leaves.reduce((sum, leaf) => sum + chunkSize(group, leaf), 0);
}

function chunkSize(group: RowGroup, leaf: Parameters<typeof chunkOf>[1]): number {
  return Number(chunkOf(group, leaf).meta.total_uncompressed_size);
}

function checkSame(first: ParquetFile, features: Features, other: ParquetFile, others: Features): void {
  for (const name of new Set([...Object.keys(features), ...Object.keys(others)])) {
    const [a, b] = [features[name], others[name]];
    if (a !== undefined && b !== undefined && sameFeature(a, b)) continue;
    const has = (feature: typeof a) => (feature === undefined ? 'does not have it' : `has ${describeFeature(feature)}`);
    throw new UserError(
      `The files of a split must have the same columns, but "${name}" differs: ${first.file.name} ${has(a)}, ${other.file.name} ${has(b)}.`,
    );
  }
}
