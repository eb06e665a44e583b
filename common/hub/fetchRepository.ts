import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import type { HubAccess } from './access.js';
import { cachedFiles, hasSelection, normalSelection, readCard } from './cache.js';
import { dataFilesOf } from './card.js';
import { explainDisk } from './explain.js';
import { listTree, type RemoteFile } from './listing.js';
import { withLock } from './lock.js';
import { localPath, ownNames, partName, refuseCollisions } from './paths.js';
import type { ProgressTracker } from './progress.js';
import { type DownloadRecord, isPresent, readRecord, recordFile, writeRecord } from './record.js';
import type { Repository } from './repository.js';
import { type Selection, selectFiles } from './select.js';
import { checkFreeSpace } from './space.js';
import { transferFile } from './transfer.js';

export type FetchJob = {
  /** Its revision is the commit. */
  repository: Repository;
  /** What the user calls the revision. */
  name: string;
  dir: string;
  selection: Selection;
  access: HubAccess;
  progress: ProgressTracker;
  parallel: number;
  free: (dir: string) => Promise<number | undefined>;
};

type Fetched = {
  files: (RemoteFile & { state: 'cached' | 'downloaded' | 'resumed' })[];
  bytes: number;
  received: number;
};

/** Brings the selected files here, alone in the folder, and writes the record: of all of them, or on an error of those that got here. */
export async function fetchRepository(job: FetchJob): Promise<Fetched> {
  const { dir, access, progress } = job;
  const onWait = () => {
    progress.phase('waiting');
    progress.note(`Another process is downloading ${job.repository.id}: waiting for it`);
  };
  const made = await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    throw explainDisk(error, dir);
  });
  try {
    return await withLock(dir, { signal: access.signal, onWait }, (signal) =>
      fetchAlone({ ...job, access: { ...access, signal } }),
    );
  } catch (error) {
    throw explainDisk(error, dir);
  } finally {
    // Nothing came of it: no empty folder that looks like a data set.
    await rmdir(join(dir, ownNames.parts)).catch(() => {});
    for (let folder = dir; made && folder.length >= made.length; folder = dirname(folder))
      await rmdir(folder).catch(() => {});
  }
}

async function fetchAlone(job: FetchJob): Promise<Fetched> {
  const { repository, name, dir, selection, access, progress, parallel } = job;
  const { signal } = access;
  const { kind, id, endpoint, revision } = repository;
  const before = await readRecord(dir);
  const old = before?.kind === kind && before.id === id ? before : undefined;
  const same = old?.revision === revision ? old : undefined;
  const names = [...new Set([...(same?.names ?? []), ...(name === revision ? [] : [name])])];
  const record: DownloadRecord = {
    format: 1,
    kind,
    id,
    endpoint,
    revision,
    names,
    selections: same?.selections ?? [],
    files: { ...old?.files },
  };

  // Another process may have just finished.
  const ready = same && (await cachedFiles(dir, same, selection, signal));
  if (ready) {
    await writeRecord(dir, record);
    progress.total(ready.length, sizeOf(ready));
    for (const { path, size } of ready) progress.finished(path, size);
    return { files: ready.map((file) => ({ ...file, state: 'cached' })), bytes: sizeOf(ready), received: 0 };
  }

  progress.phase('listing');
  const tree = await listTree(repository, access);
  const abort = new AbortController();
  const limit = pLimit(parallel);
  const states = new Map<string, 'cached' | 'downloaded' | 'resumed'>();
  let received = 0;
  const inner = { ...access, signal: signal ? AbortSignal.any([signal, abort.signal]) : abort.signal };

  /** Runs a job for each file, some at a time; the first error stops the others and is the one that is told. */
  const each = async (files: readonly RemoteFile[], work: (file: RemoteFile) => Promise<void>) => {
    const jobs = files.map((file) =>
      limit(async () => {
        inner.signal.throwIfAborted();
        await work(file).catch((error: unknown) => {
          abort.abort(error);
          throw error;
        });
      }),
    );
    await Promise.allSettled(jobs);
    signal?.throwIfAborted();
    abort.signal.throwIfAborted();
  };
  const check = (files: readonly RemoteFile[]) =>
    each(files, async (file) => {
      if (states.has(file.path) || !(await isPresent(dir, file, old?.files[file.path], inner.signal))) return;
      record.files[file.path] = await recordFile(localPath(dir, file.path), file.hash);
      states.set(file.path, 'cached');
      progress.finished(file.path, file.size);
    });
  const fetch = (files: readonly RemoteFile[]) =>
    each(
      files.filter(({ path }) => !states.has(path)),
      async (file) => {
        const target = localPath(dir, file.path);
        const onBytes = (here: number) => progress.bytes(file.path, here);
        const parts = join(dir, ownNames.parts);
        const transferred = await transferFile({ repository, file, dir, parts, access: inner, onBytes }).catch(
          (error: unknown) => {
            throw explainDisk(error, target);
          },
        );
        received += transferred.received;
        record.files[file.path] = await recordFile(target, file.hash);
        states.set(file.path, transferred.resumed > 0 ? 'resumed' : 'downloaded');
        progress.finished(file.path, file.size);
      },
    );

  let chosen: RemoteFile[] = [];
  try {
    // Which files a config or split has stands in the card.
    const card = tree.filter(({ path }) => path === 'README.md' && (selection.config ?? selection.split) !== undefined);
    await check(card);
    await fetch(card);
    const paths = tree.map(({ path }) => path);
    chosen = selectFiles(tree, selection, dataFilesOf(card.length > 0 ? await readCard(dir) : undefined, paths));
    // Whatever an earlier call brought moves along to this commit: a folder never holds two.
    const picked = new Set(chosen.map(({ path }) => path));
    const moved = tree.filter(
      ({ path, hash }) => !picked.has(path) && old?.files[path] && old.files[path]?.hash !== hash,
    );
    const all = [...chosen, ...moved];
    for (const { path } of all) localPath(dir, path);
    await refuseCollisions(
      dir,
      all.map(({ path }) => path),
    );
    progress.total(all.length, sizeOf(all));
    progress.phase('checking');
    await check(all);
    // The largest first: that ends soonest.
    const missing = all.filter(({ path }) => !states.has(path)).sort((a, b) => b.size - a.size);
    await checkFreeSpace(dir, sizeOf(missing) - (await sizeOfParts(dir, missing)), job.free);
    if (missing.length > 0) progress.phase('downloading');
    await fetch(missing.filter(({ size }) => size > 0));
    await fetch(missing.filter(({ size }) => size === 0)); // these need no request: after the others, they cannot hide that there is no access

    for (const path of Object.keys(record.files).filter((path) => !paths.includes(path))) {
      await rm(localPath(dir, path), { force: true });
      delete record.files[path];
    }
    if (!hasSelection(record, selection)) record.selections = [...record.selections, normalSelection(selection)];
    await removeParts(
      dir,
      tree.filter(({ path }) => !states.has(path)),
    );
  } finally {
    if (states.size > 0 || old) await writeRecord(dir, record);
  }
  const files = chosen.map((file) => ({ ...file, state: states.get(file.path) ?? 'cached' }));
  return { files, bytes: sizeOf(chosen), received };
}

function sizeOf(files: readonly RemoteFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function sizeOfParts(dir: string, files: readonly RemoteFile[]): Promise<number> {
  let sum = 0;
  for (const file of files)
    sum += (await stat(join(dir, ownNames.parts, partName(file))).catch(() => undefined))?.size ?? 0;
  return sum;
}

/** Removes the parts of files that are whole by now or of another commit; those of `kept` stay. */
async function removeParts(dir: string, kept: readonly RemoteFile[]): Promise<void> {
  const folder = join(dir, ownNames.parts);
  const names = new Set(kept.flatMap((file) => [partName(file), `${partName(file)}.etag`]));
  for (const name of await readdir(folder).catch(() => []))
    if (!names.has(name)) await rm(join(folder, name), { force: true });
  await rmdir(folder).catch(() => {}); // not empty: parts of another selection
}
