import { posix } from 'node:path';
import { didYouMean, UserError } from '../../utils/index.js';
import type { Feature, Features } from '../features.js';
import type { ListedFile } from '../files/listing.js';
import type { Row, Table } from '../table.js';
import type { FolderRow } from './imageFolder.js';

/** Files that say more about the images beside them, as the Hub's image folders have them. */
export function isMetadata(path: string): boolean {
  return /(^|\/)metadata\.(csv|jsonl|parquet)$/.test(path);
}

/**
 * The rows of an image folder by its metadata: each row of the metadata names its image in `file_name`, relative to the metadata's folder;
 * the other columns come along. Images that no row names are left out, as in `datasets`.
 *
 * @throws UserError naming file and row of an image that is missing or outside of the folder.
 */
export async function metadataRows(
  metadata: ListedFile,
  table: Table,
  files: readonly ListedFile[],
): Promise<{ rows: FolderRow[]; features: Features }> {
  const names = Object.keys(table.features);
  if (!names.includes('file_name'))
    throw new UserError(
      `${metadata.path} has no column "file_name".${didYouMean('file_name', names)} It must name the image of each row. Its columns are: ${names.join(', ')}.`,
    );
  const byPath = new Map(files.map((file) => [file.path, file]));
  const folder = posix.dirname(metadata.path);
  const rows: FolderRow[] = [];
  for (let from = 0; from < table.length; from += 1000) {
    const indices = Array.from({ length: Math.min(1000, table.length - from) }, (_, i) => from + i);
    const found = await table.gather(indices, names);
    for (const [i, row] of found.entries()) {
      const where = table.where(from + i);
      rows.push({ file: fileOf(row, folder, byPath, where), values: row, where });
    }
  }
  const features: Record<string, Feature> = { image: { type: 'image' } };
  for (const [name, feature] of Object.entries(table.features)) if (name !== 'file_name') features[name] = feature;
  return { rows, features };
}

function fileOf(row: Row, folder: string, byPath: ReadonlyMap<string, ListedFile>, where: string): ListedFile {
  const name = row.file_name;
  if (typeof name !== 'string' || name === '') throw new UserError(`${where}: "file_name" is missing.`);
  const path = posix.normalize(posix.join(folder, name));
  if (posix.isAbsolute(name) || name.includes('://') || path.startsWith('..'))
    throw new UserError(`${where}: the image "${name}" is outside of the data set's folder, which is refused.`);
  const file = byPath.get(path);
  if (file === undefined)
    throw new UserError(`${where}: the image "${name}" is missing.${didYouMean(path, near(path, byPath.keys()))}`);
  return file;
}

/** Names worth comparing: those of the same folder, at most a thousand. */
function near(path: string, paths: Iterable<string>): string[] {
  const folder = posix.dirname(path);
  const names: string[] = [];
  for (const other of paths) {
    if (posix.dirname(other) === folder) names.push(other);
    if (names.length === 1000) break;
  }
  return names;
}
