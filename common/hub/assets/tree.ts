import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder holds, all that is below it counted. Links count as nothing and are never followed. */
export type TreeSize = { bytes: number; files: number /** Newest time of change, in ms. */; changed: number };

/** Counts a file or folder. What disappears meanwhile (a run that saves) is left out. */
export async function sizeOfTree(path: string): Promise<TreeSize> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return { bytes: 0, files: 0, changed: found?.mtimeMs ?? 0 };
  if (!found.isDirectory()) return { bytes: found.size, files: 1, changed: found.mtimeMs };
  const total = { bytes: 0, files: 0, changed: found.mtimeMs };
  for (const name of await readdir(path).catch(() => [])) {
    const { bytes, files, changed } = await sizeOfTree(join(path, name));
    total.bytes += bytes;
    total.files += files;
    total.changed = Math.max(total.changed, changed);
  }
  return total;
}

/** The entries of a folder that are themselves folders, files or links, sorted by name; none where there is no such folder, or it is a link. */
export async function entriesOf(dir: string): Promise<{ name: string; isFolder: boolean; isLink: boolean }[]> {
  const found = await lstat(dir).catch(() => undefined);
  if (!found?.isDirectory()) return [];
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), isLink: entry.isSymbolicLink() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
