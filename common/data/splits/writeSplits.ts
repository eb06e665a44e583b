import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, writeFileAtomic } from '../../utils/index.js';
import type { SplitEntries } from './entries.js';
import type { Parts } from './parts.js';

export interface WriteSplitsOptions {
  /** Lines for the head of each file, e.g. how it was made. */
  comment?: string;
  /** Replaces index files that are there already, also those of more folds than there are now. */
  overwrite?: boolean;
}

/**
 * Writes an index file for each part: `<folder>/<part>.txt`, a path (or row number) a line, in rows' order. Files that already say the same
 * stay as they are.
 *
 * @returns the paths of the files.
 * @throws UserError where the folder has other index files, unless they are to be replaced.
 */
export async function writeSplits(
  folder: string,
  parts: Parts,
  entries: SplitEntries,
  { comment, overwrite = false }: WriteSplitsOptions = {},
): Promise<string[]> {
  const files = new Map<string, string>();
  for (const [part, rows] of Object.entries(parts)) {
    const head = [
      ...(comment?.split('\n') ?? []),
      `${rows.length} ${entries.kind === 'path' ? 'paths' : 'row numbers, counted from 0'}`,
    ];
    const lines = [...head.map((line) => `# ${line}`), ...Array.from(rows, (row) => toLine(entries.name(row)))];
    files.set(`${part}.txt`, `${lines.join('\n')}\n`);
  }
  const there = existsSync(folder)
    ? (await readdir(folder)).filter((name) => /^(test|train|val|fold_\d+_(train|val))\.txt$/.test(name))
    : [];
  const old = there.filter((name) => !files.has(name));
  for (const [name, text] of files) {
    const path = join(folder, name);
    if (existsSync(path) && (await readFile(path, 'utf8')) !== text) old.push(name);
  }
  if (old.length > 0 && !overwrite)
    throw new UserError(
      `${folder} already has other index files (${old.slice(0, 3).join(', ')}${old.length > 3 ? ' …' : ''}); choose another folder, or overwrite them.`,
    );
  for (const [name, text] of files) await writeFileAtomic(join(folder, name), text);
  for (const name of old) if (!files.has(name)) await rm(join(folder, name));
  return [...files.keys()].map((name) => join(folder, name));
}

/** A name that could be taken for a comment or be trimmed gets `./` before it. */
function toLine(name: string): string {
  if (/[\r\n]/.test(name))
    throw new UserError(`The name ${JSON.stringify(name)} breaks over lines and cannot stand in an index file.`);
  return /^[#\s]/.test(name) ? `./${name}` : name;
}
