import type { RemoteEntry, RemoteOptions } from '../../hub/index.js';
import type { DataFile } from './dataFile.js';
import type { Listing } from './listing.js';

/** The files of a repository on the Hub; nothing but its card is fetched. */
export async function listRemote(id: string, revision: string | undefined, options: RemoteOptions): Promise<Listing> {
  const { listRepository, readRemoteText } = await import('../../hub/index.js');
  const repository = await listRepository('dataset', id, { ...options, revision });
  const card = repository.files.find(({ path }) => path === 'README.md');
  const files = repository.files
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')))
    .map((entry) => ({ path: entry.path, local: undefined, open: async () => remoteFile(entry, options) }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    ...{ name: id, place: id, folder: undefined, files, folders: [] },
    card: card && (await readRemoteText(card, options)),
  };
}

function remoteFile(entry: RemoteEntry, options: RemoteOptions): DataFile {
  return {
    name: `${entry.id}: ${entry.path}`,
    path: entry.path,
    size: entry.size,
    local: undefined,
    hash: entry.hash,
    async read(start, end) {
      const { readRemoteRange } = await import('../../hub/index.js');
      return readRemoteRange(entry, start, end, options);
    },
    async *stream(start = 0) {
      const { streamRemoteFile } = await import('../../hub/index.js');
      yield* streamRemoteFile(entry, { ...options, start });
    },
  };
}
