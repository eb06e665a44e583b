import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../utils/index.js';
import { type ContentHash, fileHasHash } from './hash.js';
import { localPath, ownNames } from './paths.js';

const hash = z.union([z.templateLiteral(['sha256:', z.string()]), z.templateLiteral(['git:', z.string()])]);

const recordSchema = z.object({
  format: z.literal(1),
  kind: z.enum(['dataset', 'model']),
  id: z.string(),
  endpoint: z.string(),
  /** The commit of all files. */
  revision: z.string(),
  /** The branches and tags that stood for this commit when they were asked for. */
  names: z.array(z.string()),
  /** What has been downloaded whole: `{}` is everything. */
  selections: z.array(
    z.object({
      filename: z.array(z.string()).optional(),
      config: z.string().optional(),
      split: z.string().optional(),
      include: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
    }),
  ),
  /** Hash, size in bytes and time of change (ms) of each file that is here. */
  files: z.record(z.string(), z.object({ hash, size: z.number(), modified: z.number() })),
});

/** What `.atelier.json` says about the files beside it: where they come from, and what they must hash to. */
export type DownloadRecord = z.infer<typeof recordSchema>;
export type RecordedFile = DownloadRecord['files'][string];

/** The record of a repository's folder, or undefined where there is none that can be understood: then the files are hashed anew. */
export async function readRecord(dir: string): Promise<DownloadRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(dir, ownNames.record), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeRecord(dir: string, record: DownloadRecord): Promise<void> {
  const files = Object.fromEntries(Object.entries(record.files).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFileAtomic(join(dir, ownNames.record), `${JSON.stringify({ ...record, files }, null, 2)}\n`);
}

/** The record's line about a file that has just been verified. */
export async function recordFile(target: string, hash: ContentHash): Promise<RecordedFile> {
  const { size, mtimeMs } = await stat(target);
  return { hash, size, modified: mtimeMs };
}

/**
 * True where the file is here with this content. Cheap where the record knows it and neither size nor time of change moved; otherwise
 * the content is hashed.
 */
export async function isPresent(
  dir: string,
  file: { path: string; size: number; hash: ContentHash },
  recorded: RecordedFile | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  const target = localPath(dir, file.path);
  const found = await stat(target).catch(() => undefined);
  if (!found?.isFile() || found.size !== file.size) return false;
  if (recorded?.hash === file.hash && recorded.size === found.size && recorded.modified === found.mtimeMs) return true;
  return fileHasHash(target, found.size, file.hash, signal);
}
