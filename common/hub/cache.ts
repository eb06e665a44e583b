import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFilesOf } from './card.js';
import type { RemoteFile } from './listing.js';
import { type DownloadRecord, isPresent } from './record.js';
import { type Selection, selectFiles } from './select.js';

/** A selection as the record keeps it: the order of names says nothing, and an empty list no more than none. */
export function normalSelection({ filename, config, split, include, exclude }: Selection): Selection {
  const list = (names?: string[]) => (names?.length ? [...names].sort() : undefined);
  return { filename: list(filename), config, split, include: list(include), exclude: list(exclude) };
}

/** True where the record says that this selection, or everything, has been downloaded whole. */
export function hasSelection(record: DownloadRecord, selection: Selection): boolean {
  const wanted = JSON.stringify(normalSelection(selection));
  return record.selections.some((one) => ['{}', wanted].includes(JSON.stringify(normalSelection(one))));
}

/**
 * The selected files where the record says that they have been downloaded whole and they still are here, unchanged; otherwise
 * undefined. Asks nobody.
 */
export async function cachedFiles(
  dir: string,
  record: DownloadRecord,
  selection: Selection,
  signal?: AbortSignal,
): Promise<RemoteFile[] | undefined> {
  if (!hasSelection(record, selection)) return undefined;
  const all = Object.entries(record.files).map(([path, { size, hash }]) => ({ path, size, hash }));
  const chosen = selectFiles(all, selection, dataFilesOf(await readCard(dir), Object.keys(record.files)));
  for (const file of chosen) if (!(await isPresent(dir, file, record.files[file.path], signal))) return undefined;
  return chosen;
}

/** The repository's card, where it is here. */
export async function readCard(dir: string): Promise<string | undefined> {
  return readFile(join(dir, 'README.md'), 'utf8').catch(() => undefined);
}

/** True where the record's files are of this revision: its commit, or a name that stood for it. */
export function isOfRevision(record: DownloadRecord, revision: string): boolean {
  return record.revision === revision || record.names.includes(revision);
}
