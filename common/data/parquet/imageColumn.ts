import type { ImageRanges } from './imageBytes.js';
import { imagesOfChunk, rangesOfChunk } from './imageBytes.js';
import { chunkPages, filePages } from './pages.js';
import { type Chunk, type Leaf, orCorrupt, type ParquetFile, type RowGroup, type TopColumn } from './parquetFile.js';
import { chunkOf } from './readColumn.js';
import { sparseRanges } from './sparseRanges.js';

/** Chunks up to this size are read as a whole; of larger ones only the places of the images are kept. */
export const SMALL_CHUNK = 32 << 20;

/** The leaf with the encoded images of a column: `bytes` of a struct {bytes, path}, or the column itself. */
export function imageLeaf(column: TopColumn): Leaf {
  const leaf = column.leaves.find(({ path }) => path.length === 1 || (path.length === 2 && path[1] === 'bytes'));
  if (leaf === undefined || leaf.maxRepetition > 0) throw new Error(`"${column.name}" holds no images`);
  return leaf;
}

/** The images of a whole row group as views of its bytes. */
export async function readImages(
  parquet: ParquetFile,
  group: RowGroup,
  column: TopColumn,
): Promise<(Uint8Array | undefined)[]> {
  const leaf = imageLeaf(column);
  const chunk = chunkOf(group, leaf);
  return orCorrupt(parquet.file, group, async () => {
    const bytes = await parquet.file.read(chunk.start, chunk.end);
    return imagesOfChunk(chunkPages(bytes), leaf, chunk);
  });
}

/** The places of a row group's images in the file; undefined where they are compressed. */
export async function readRanges(
  parquet: ParquetFile,
  group: RowGroup,
  column: TopColumn,
): Promise<ImageRanges | undefined> {
  const leaf = imageLeaf(column);
  const chunk = chunkOf(group, leaf);
  if (chunk.meta.codec !== 'UNCOMPRESSED') return undefined;
  return orCorrupt(
    parquet.file,
    group,
    () => sparseRanges(parquet.file, leaf, chunk) ?? rangesOfChunk(pagesOf(parquet, chunk), leaf, chunk),
  );
}

/** Pages of a chunk, read as a whole where it is small. */
export async function* pagesOf({ file }: ParquetFile, chunk: Chunk) {
  if (chunk.end - chunk.start <= SMALL_CHUNK) yield* chunkPages(await file.read(chunk.start, chunk.end));
  else yield* filePages(file, chunk);
}

/** Bytes of a column's images as stored, and unpacked. */
export function imageSize({ groups }: ParquetFile, column: TopColumn): { stored: number; unpacked: number } {
  const leaf = imageLeaf(column);
  let stored = 0;
  let unpacked = 0;
  for (const group of groups) {
    const { start, end, meta } = chunkOf(group, leaf);
    stored += end - start;
    unpacked += Number(meta.total_uncompressed_size);
  }
  return { stored, unpacked };
}

/** The `path` of each image of a row group; null where the column keeps none. */
export function pathsOf(values: ArrayLike<unknown> | undefined, row: number): string | null {
  const path = values?.[row];
  return typeof path === 'string' ? path : null;
}
