import { cachedFiles, isOfRevision } from './cache.js';
import type { RemoteFile } from './listing.js';
import { readRecord } from './record.js';
import { type RepositoryKind, repositoryDir } from './repository.js';
import type { Selection } from './select.js';

/** What of a repository is here, whole and unchanged: its folder, the commit, the selected files. */
export type DownloadedRepository = { dir: string; revision: string; files: RemoteFile[] };

/**
 * An earlier download of the repository, or of the part that the selection names; undefined where it is not here, not whole, changed, or
 * of another revision than the one named. Asks nobody and writes nothing.
 */
export async function findDownloaded(
  kind: RepositoryKind,
  id: string,
  { revision, ...selection }: Selection & { revision?: string } = {},
): Promise<DownloadedRepository | undefined> {
  const dir = repositoryDir(kind, id);
  const record = await readRecord(dir);
  if (record?.kind !== kind || record.id !== id) return undefined;
  if (revision !== undefined && !isOfRevision(record, revision)) return undefined;
  // A selection that names nothing here (a misspelt split) is not here: the download tells what there is.
  const files = await cachedFiles(dir, record, selection).catch(() => undefined);
  return files && { dir, revision: record.revision, files };
}
