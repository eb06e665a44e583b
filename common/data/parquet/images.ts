import { UserError } from '../../utils/index.js';
import type { ImageSource } from '../image.js';
import { readCachedImages, unpackImages } from '../imageCache.js';
import { packImages } from '../packImages.js';
import type { ImageRanges } from './imageBytes.js';
import { visitImages } from './imageBytes.js';
import { imageLeaf, pagesOf, readImages, SMALL_CHUNK } from './imageColumn.js';
import { columnOf, orCorrupt, type Place } from './parquetFile.js';
import { chunkOf } from './readColumn.js';

/** What is needed of a table of parquet files. */
export interface ParquetImages {
  readonly length: number;
  readonly fingerprint: string;
  readonly places: readonly Place[];
  where(row: number): string;
  imageSize(column: string): { stored: number; unpacked: number };
  imageRanges(place: Place, column: string): Promise<ImageRanges | undefined>;
}

/**
 * The images of a parquet table for the loader's workers: in memory where they fit; else as byte ranges of the files, where they stand
 * there uncompressed; else unpacked once into a file of the cache.
 */
export async function parquetImages(table: ParquetImages, column: string, maxMemory: number): Promise<ImageSource> {
  if (table.imageSize(column).unpacked <= maxMemory) return memoryImages(table, column);
  const local = table.places.every(({ parquet }) => parquet.file.local !== undefined);
  return (local ? await rangeImages(table, column) : undefined) ?? unpacked(table, column);
}

async function memoryImages(table: ParquetImages, column: string): Promise<ImageSource> {
  const segments = [];
  for (const { parquet, group, start } of table.places) {
    const images = await readImages(parquet, group, columnOf(parquet, column));
    segments.push(packImages(images.map((image, i) => (image?.length ? image : noImage(table, start + i)))));
  }
  return { kind: 'memory', segments };
}

async function rangeImages(table: ParquetImages, column: string): Promise<ImageSource | undefined> {
  const files = [...new Set(table.places.map(({ parquet }) => parquet.file.local ?? ''))];
  const file = new Uint32Array(new SharedArrayBuffer(4 * table.length));
  const offset = new Float64Array(new SharedArrayBuffer(8 * table.length));
  const length = new Uint32Array(new SharedArrayBuffer(4 * table.length));
  for (const place of table.places) {
    const ranges = await table.imageRanges(place, column);
    if (ranges === undefined) return undefined;
    const missing = ranges.length.indexOf(0);
    if (missing >= 0) noImage(table, place.start + missing);
    file.fill(files.indexOf(place.parquet.file.local ?? ''), place.start, place.start + place.group.rows);
    offset.set(ranges.offset, place.start);
    length.set(ranges.length, place.start);
  }
  return { kind: 'ranges', files, file, offset, length };
}

/** Unpacks the images into the cache, or finds them there. */
function unpacked(table: ParquetImages, column: string): Promise<Extract<ImageSource, { kind: 'ranges' }>> {
  return unpackImages(table.fingerprint, column, table.length, async (add) => {
    for (const place of table.places) {
      let row = place.start;
      await forEachImage(place, column, async (image) => {
        await add(image?.length ? image : noImage(table, row));
        row++;
      });
    }
  });
}

async function forEachImage(
  { parquet, group }: Place,
  column: string,
  each: (image: Uint8Array | undefined) => Promise<void>,
): Promise<void> {
  const top = columnOf(parquet, column);
  const chunk = chunkOf(group, imageLeaf(top));
  if (chunk.end - chunk.start <= SMALL_CHUNK) {
    for (const image of await readImages(parquet, group, top)) await each(image);
    return;
  }
  // A page at a time: what it unpacks to is written before the next one is read.
  const pages = async function* () {
    for await (const page of pagesOf(parquet, chunk)) {
      yield page;
      await flush();
    }
  };
  let pending: (Uint8Array | undefined)[] = [];
  const flush = async () => {
    for (const image of pending) await each(image);
    pending = [];
  };
  await orCorrupt(parquet.file, group, () =>
    visitImages(pages(), imageLeaf(top), chunk, (page, at, length) => {
      pending.push(page?.subarray(at, at + length));
    }),
  );
  await flush();
}

/** Images of some rows that are compressed in chunks too large for memory: through the cache. */
export async function unpackedImages(
  table: ParquetImages,
  column: string,
  rows: readonly number[],
): Promise<(Uint8Array | undefined)[]> {
  return readCachedImages(await unpacked(table, column), rows);
}

function noImage(table: ParquetImages, row: number): never {
  throw new UserError(`${table.where(row)}: the row has no image bytes.`);
}
