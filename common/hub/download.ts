import { resolve } from 'node:path';
import { UserError } from '../utils/index.js';
import { type AccessOptions, type HubAccess, hubAccess } from './access.js';
import { cachedFiles, isOfRevision } from './cache.js';
import { explain } from './explain.js';
import { fetchRepository } from './fetchRepository.js';
import { type RemoteFile, resolveRevision, suggestRepository } from './listing.js';
import { type DownloadProgress, ProgressTracker } from './progress.js';
import { type DownloadRecord, readRecord } from './record.js';
import { checkRepositoryId, type Repository, type RepositoryKind, repositoryDir } from './repository.js';
import { GaveUp } from './retry.js';
import type { Selection } from './select.js';
import { freeSpace } from './space.js';

export type DownloadOptions = AccessOptions & {
  /** Branch, tag or commit; `main` by default. */
  revision?: string;
  /** Globs over paths: `*.parquet` in any folder, `data/*.csv`, `data/**`, `images/`. What `exclude` matches is left out. */
  include?: string | string[];
  exclude?: string | string[];
  /** The folder for the files; `<owner>/<name>` in getDatasetsDir() or getModelsDir() by default. */
  dir?: string;
  onProgress?: (progress: DownloadProgress) => void;
  /** Files at a time; 8 by default. */
  parallel?: number;
  /** Bytes that may be written in a folder; by default what the file system says. */
  freeSpace?: (dir: string) => Promise<number | undefined>;
};

export type DownloadDatasetOptions = DownloadOptions & {
  /** One config of the data set (a subset such as a language), as its card names it. */
  config?: string;
  /** One split (`train`), as its card names it, or else by the words in the file names. The card itself comes along. */
  split?: string;
};

export type DownloadModelOptions = DownloadOptions & {
  /** One file, or several, by their exact paths. */
  filename?: string | string[];
};

export type DownloadResult = {
  kind: RepositoryKind;
  id: string;
  /** The commit of the files. */
  revision: string;
  dir: string;
  /** The selected files, all of them here and verified; `state` says how they got here. */
  files: (RemoteFile & { state: 'cached' | 'downloaded' | 'resumed' })[];
  /** Bytes of all selected files, and those that came over the network in this call. */
  bytes: number;
  received: number;
  seconds: number;
  /** True where the Hub was out of reach (or HF_HUB_OFFLINE is set) and the earlier download was taken as it is. */
  offline: boolean;
};

/**
 * Downloads a data set of the Hugging Face Hub to `assets/datasets/<owner>/<name>` (or the part of it that the options name), or finds
 * it there: what is here and unchanged is not fetched again. Each file is checked against the Hub's hash before it takes its place;
 * `.atelier.json` beside them records commit and hashes. Several processes may ask at once: one downloads, the others wait.
 * Throws a UserError that says what to do: no such repository, revision, split or file; gated; no token; no network; disk full.
 */
export async function downloadDataset(id: string, options: DownloadDatasetOptions = {}): Promise<DownloadResult> {
  const { config, split } = options;
  return download('dataset', id, { config, split }, options);
}

/** Downloads a model of the Hugging Face Hub to `assets/models/<owner>/<name>`, all of it or the named files. As downloadDataset. */
export async function downloadModel(id: string, options: DownloadModelOptions = {}): Promise<DownloadResult> {
  return download('model', id, { filename: listOf(options.filename) }, options);
}

async function download(
  kind: RepositoryKind,
  id: string,
  part: Selection,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const start = performance.now();
  const { signal, revision = 'main' } = options;
  signal?.throwIfAborted();
  const selection = { ...part, include: listOf(options.include), exclude: listOf(options.exclude) };
  const progress = new ProgressTracker(kind, id, options.onProgress);
  const access = hubAccess(options, (note) => progress.note(note));
  const repository: Repository = { kind, id, revision, endpoint: access.endpoint };
  await checkId(repository, access);
  const dir = options.dir === undefined ? repositoryDir(kind, id) : resolve(options.dir);

  const fromCache = (record: DownloadRecord, files: RemoteFile[], offline: boolean): DownloadResult => {
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    progress.total(files.length, bytes);
    for (const { path, size } of files) progress.finished(path, size);
    progress.phase('done');
    const seconds = (performance.now() - start) / 1000;
    const cached = files.map((file) => ({ ...file, state: 'cached' as const }));
    return { kind, id, revision: record.revision, dir, files: cached, bytes, received: 0, seconds, offline };
  };

  const record = await readRecord(dir);
  const own = record?.kind === kind && record.id === id ? record : undefined;
  /** What an earlier call brought, where it is of the revision asked for. */
  const earlier = async () =>
    own && isOfRevision(own, revision) ? await cachedFiles(dir, own, selection, signal) : undefined;

  if (access.offline) {
    const files = await earlier();
    if (own && files) return fromCache(own, files, true);
    throw new UserError(notHere(kind, id, dir, own));
  }
  // A commit never changes: nobody needs to be asked.
  if (own?.revision === revision) {
    const files = await earlier();
    if (files) return fromCache(own, files, false);
  }
  try {
    progress.phase('listing');
    let commit: string;
    try {
      commit = await resolveRevision(
        repository,
        own ? { ...access, policy: { ...access.policy, attempts: Math.min(3, access.policy.attempts) } } : access,
      );
    } catch (error) {
      if (!(error instanceof GaveUp) || !own) throw error;
      const files = await earlier();
      if (!files) throw error;
      progress.note(`${error.message} Meanwhile the files of ${own.revision.slice(0, 12)} that are here are used.`);
      return fromCache(own, files, true);
    }
    if (own?.revision === commit && own.names.includes(revision)) {
      const files = await earlier();
      if (files) return fromCache(own, files, false);
    }
    const { parallel = 8, freeSpace: free = freeSpace } = options;
    const result = await fetchRepository({
      repository: { ...repository, revision: commit },
      name: revision,
      dir,
      selection,
      access,
      progress,
      parallel,
      free,
    });
    progress.phase('done');
    return { kind, id, revision: commit, dir, ...result, seconds: (performance.now() - start) / 1000, offline: false };
  } catch (error) {
    throw await explain(error, repository, access);
  }
}

/** Throws where the id has not the form owner/name. For a bare name the Hub is asked whose it may be. */
async function checkId(repository: Repository, access: HubAccess): Promise<void> {
  const { kind, id } = repository;
  try {
    checkRepositoryId(kind, id);
  } catch (error) {
    if (!(error instanceof UserError) || !/^\w[\w.-]*$/.test(id) || access.offline) throw error;
    const near = await suggestRepository(repository, { ...access, idleTimeout: Math.min(5000, access.idleTimeout) });
    throw near === undefined ? error : new UserError(`${error.message} Did you mean "${near}"?`);
  }
}

function notHere(kind: RepositoryKind, id: string, dir: string, record: DownloadRecord | undefined): string {
  const have =
    record === undefined
      ? `is not in ${dir}`
      : `is in ${dir} at revision ${[...record.names, record.revision.slice(0, 12)].join(' = ')}, but not whole as asked for`;
  return `HF_HUB_OFFLINE is set, and the ${kind} ${id} ${have}. Unset it and run the same command again with a network.`;
}

function listOf(names: string | string[] | undefined): string[] | undefined {
  return typeof names === 'string' ? [names] : names;
}
