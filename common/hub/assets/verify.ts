import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../utils/index.js';
import { hasherLike, hashFileInto } from '../hash.js';
import { withLock } from '../lock.js';
import { localPath, ownNames, refuseSymlinks } from '../paths.js';
import { type DownloadRecord, type RecordedFile, readRecord, writeRecord } from '../record.js';
import type { Asset } from './list.js';

export type DamagedFile = { path: string; problem: string };

export type Verification = {
  /** `no record`: made here, nothing to compare with; `link`: leads elsewhere, not followed. */
  state: 'whole' | 'damaged' | 'no record' | 'link';
  /** Files and bytes that were compared. */
  files: number;
  bytes: number;
  /** Every file that is missing, damaged or no longer a file, by its path in the asset. */
  problems: DamagedFile[];
};

export type VerifyOptions = {
  signal?: AbortSignal;
  /** Told once where another process is downloading the asset, which is waited for. */
  onWait?: () => void;
  /** Told after each piece how many bytes of the asset have been read, of how many. */
  onBytes?: (done: number, total: number) => void;
};

/**
 * Reads every file of a download again and compares it with the record of its hashes. What is damaged is marked in the record, so that
 * the next download fetches it anew (it otherwise trusts size and time of change). Changes no other file.
 */
export async function verifyAsset(asset: Asset, options: VerifyOptions = {}): Promise<Verification> {
  const { dir, kind } = asset;
  const nothing = { files: 0, bytes: 0, problems: [] };
  if (asset.state === 'link') return { state: 'link', ...nothing };
  if (kind !== 'dataset' && kind !== 'model') return { state: 'no record', ...nothing };
  const hasRecord = await lstat(join(dir, ownNames.record)).catch(() => undefined);
  if (!hasRecord) return { state: 'no record', ...nothing };
  try {
    const { signal, onWait } = options;
    return await withLock(dir, { signal, onWait }, (signal) => verifyAlone(asset, { ...options, signal }));
  } catch (error) {
    // A store that others keep, read-only: nobody changes it meanwhile.
    const isReadOnly =
      error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(`${error.code}`);
    if (!isReadOnly) throw error;
    return verifyAlone(asset, options, { mark: false });
  }
}

async function verifyAlone({ dir }: Asset, options: VerifyOptions, { mark } = { mark: true }): Promise<Verification> {
  const record = await readRecord(dir);
  if (record === undefined) {
    const problem = 'cannot be read, so nothing can be compared';
    return { state: 'damaged', files: 0, bytes: 0, problems: [{ path: ownNames.record, problem }] };
  }
  const files = Object.entries(record.files);
  const total = files.reduce((sum, [, { size }]) => sum + size, 0);
  const problems: DamagedFile[] = [];
  let before = 0;
  for (const [path, recorded] of files) {
    const problem = await problemOf(
      dir,
      path,
      recorded,
      (done) => options.onBytes?.(before + done, total),
      options.signal,
    );
    if (problem !== undefined) problems.push({ path, problem });
    before += recorded.size;
    options.onBytes?.(before, total);
  }
  if (mark && problems.length > 0) await markDamaged(dir, record, problems);
  return { state: problems.length > 0 ? 'damaged' : 'whole', files: files.length, bytes: total, problems };
}

/** What is wrong with a file, or undefined. */
async function problemOf(
  dir: string,
  path: string,
  { size, hash }: RecordedFile,
  onBytes: (done: number) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let place: string;
  try {
    place = localPath(dir, path);
    await refuseSymlinks(dir, path);
  } catch (error) {
    return messageOf(error);
  }
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined) return 'is missing';
  if (!found.isFile()) return found.isSymbolicLink() ? 'is a link now, which is not followed' : 'is no file now';
  if (found.size !== size) return `has ${found.size} bytes instead of ${size}`;
  const hasher = hasherLike(hash, size);
  let done = 0;
  const counting = {
    ...hasher,
    update: (bytes: Uint8Array) => {
      hasher.update(bytes);
      done += bytes.length;
      onBytes(done);
    },
  };
  try {
    await hashFileInto(counting, place, size, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return `cannot be read (${messageOf(error)})`;
  }
  return hasher.digest() === hash ? undefined : 'is damaged: its content is not what was downloaded';
}

/** A time of change that no file has makes the next download look at the content. */
async function markDamaged(dir: string, record: DownloadRecord, problems: readonly DamagedFile[]): Promise<void> {
  const files = { ...record.files };
  for (const { path } of problems) {
    const file = files[path];
    if (file) files[path] = { ...file, modified: -1 };
  }
  await writeRecord(dir, { ...record, files });
}
