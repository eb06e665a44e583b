import { UserError } from '../../utils/index.js';
import { type ImageSegment, type ImageSource, isImage } from '../image.js';
import { unpackImages } from '../imageCache.js';
import { packImages } from '../packImages.js';
import type { Table } from '../table.js';

/** The images of any table, row by row: in memory up to `maxMemory` bytes, else in a file of the cache. For images that are computed. */
export async function packTable(table: Table, column: string, maxMemory: number): Promise<ImageSource> {
  const segments: ImageSegment[] = [];
  let size = 0;
  for await (const images of batches(table, column)) {
    const segment = packImages(images);
    size += segment.bytes.byteLength;
    if (size > maxMemory)
      return unpackImages(table.fingerprint, column, table.length, async (add) => {
        for await (const all of batches(table, column)) for (const image of all) await add(image);
      });
    segments.push(segment);
  }
  return { kind: 'memory', segments };
}

async function* batches(table: Table, column: string): AsyncGenerator<Uint8Array[]> {
  for (let from = 0; from < table.length; ) {
    const count = Math.min(table.batch(from), 256);
    const rows = Array.from({ length: Math.min(count, table.length - from) }, (_, i) => from + i);
    const found = await table.gather(rows, [column]);
    yield found.map((row, i) => {
      const image = row[column];
      if (isImage(image)) return image.bytes;
      throw new UserError(`${table.where(from + i)}: column "${column}": the row has no image.`);
    });
    from += rows.length;
  }
}
