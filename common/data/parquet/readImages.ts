import { type FileHandle, open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf, UserError } from '../../utils/index.js';
import { type ImageSegment, packImages } from '../encodedImages.js';
import { findColumns, type ImageColumns } from './features.js';

/** The images and classes of one parquet file. */
export interface ParquetImages {
  segments: ImageSegment[];
  /** A class for each row: an index, not yet checked against the class names. */
  labels: Int32Array;
  columns: ImageColumns;
}

/**
 * Reads the encoded images and the labels of a parquet file as `datasets` writes it. One row group at a time is in memory beside the
 * result.
 *
 * @throws UserError naming file and row: a file that is cut or corrupt, a missing column, a row without an image or with a label
 * that is no integer.
 */
export async function readParquetImages(
  path: string,
  choice?: { image?: string; label?: string },
): Promise<ParquetImages> {
  const handle = await open(path, 'r');
  try {
    const file = asyncBuffer(handle, (await handle.stat()).size);
    const metadata = await orCorrupt(path, file.byteLength, () => parquetMetadataAsync(file));
    const columns = findColumns(metadata, path, choice);
    const segments: ImageSegment[] = [];
    const labels = new Int32Array(Number(metadata.num_rows));
    let row = 0;
    for (const group of metadata.row_groups) {
      const end = row + Number(group.num_rows);
      const rows = await orCorrupt(path, file.byteLength, () => readRows(file, metadata, columns, row, end));
      const images: Uint8Array[] = [];
      for (const values of rows) {
        images.push(imageOf(values[columns.image], path, row));
        labels[row] = labelOf(values[columns.label], columns.label, path, row);
        row++;
      }
      segments.push(packImages(images));
    }
    return { segments, labels, columns };
  } finally {
    await handle.close();
  }
}

async function readRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: ImageColumns,
  rowStart: number,
  rowEnd: number,
) {
  const names = [columns.image, columns.label];
  // utf8: false, or the images silently become strings.
  const rows: Record<string, unknown>[] = await parquetReadObjects({
    file,
    metadata,
    columns: names,
    rowStart,
    rowEnd,
    utf8: false,
    compressors,
  });
  if (rows.length !== rowEnd - rowStart) throw new Error(`${rows.length} of the rows ${rowStart} to ${rowEnd - 1}`);
  return rows;
}

function imageOf(value: unknown, path: string, row: number): Uint8Array {
  const bytes = isRecord(value) ? value.bytes : undefined;
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  const other = isRecord(value) && typeof value.path === 'string' ? ` (it only names the file "${value.path}")` : '';
  throw new UserError(`${path}, row ${row}: the row has no image bytes${other}.`);
}

function labelOf(value: unknown, column: string, path: string, row: number): number {
  const label = typeof value === 'bigint' ? Number(value) : value;
  if (typeof label === 'number' && Number.isInteger(label) && Math.abs(label) < 2 ** 31) return label;
  throw new UserError(`${path}, row ${row}: "${column}" is ${String(value)}, not a class.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function asyncBuffer(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      if (!(start >= 0 && end >= start && end <= byteLength))
        throw new Error(`bytes ${start} to ${end} of ${byteLength}`);
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      if (bytesRead !== bytes.length) throw new Error(`${bytesRead} of ${bytes.length} bytes could be read`);
      return bytes.buffer;
    },
  };
}

async function orCorrupt<T>(path: string, size: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UserError(
      `${path} is cut or corrupt (${size} bytes): ${messageOf(error)}. Remove it and download the data set again.`,
    );
  }
}
