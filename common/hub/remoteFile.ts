import { formatBytes, UserError } from '../utils/index.js';
import { type AccessOptions, type HubAccess, hubAccess } from './access.js';
import { explain } from './explain.js';
import { ConnectionFailure } from './failure.js';
import { hasherLike } from './hash.js';
import { listTree, type RemoteFile, resolveRevision } from './listing.js';
import { openAt } from './remoteContent.js';
import { checkRepositoryId, contentUrl, type Repository, type RepositoryKind } from './repository.js';
import { withRetries } from './retry.js';

/** A file at a commit of a repository on the Hub; `url` is its content. Plain data: it may be sent to a worker. */
export type RemoteEntry = RemoteFile & {
  url: string;
  kind: RepositoryKind;
  id: string;
  revision: string;
  endpoint: string;
};

/** A repository as it is on the Hub; `revision` is the commit. */
export type RemoteRepository = { kind: RepositoryKind; id: string; revision: string; files: RemoteEntry[] };

export type RemoteOptions = AccessOptions & {
  /** Told a line for each failure that is tried again. */
  onRetry?: (note: string) => void;
};

/**
 * The files of a repository on the Hub at a branch, tag or commit (`main` by default), without fetching any: two requests, and one more
 * for each further thousand files. Throws a UserError that says what to do, as downloadDataset; with HF_HUB_OFFLINE too.
 */
export async function listRepository(
  kind: RepositoryKind,
  id: string,
  options: RemoteOptions & { revision?: string } = {},
): Promise<RemoteRepository> {
  const access = onlineAccess(`the ${kind} ${id}`, options);
  const named: Repository = {
    ...{ kind, id: checkRepositoryId(kind, id) },
    ...{ revision: options.revision ?? 'main', endpoint: access.endpoint },
  };
  try {
    const repository = { ...named, revision: await resolveRevision(named, access) };
    const files = await listTree(repository, access);
    return {
      ...{ kind, id, revision: repository.revision },
      files: files.map((file) => ({ ...file, ...repository, url: contentUrl(repository, file.path) })),
    };
  } catch (error) {
    throw await explain(error, named, access);
  }
}

/**
 * The bytes `start` (inclusive) to `end` (exclusive) of a file on the Hub, in a buffer of their own. A connection that breaks is made
 * anew and goes on within the range; 429 and 5xx are tried again with back-off. Throws a UserError as listRepository.
 */
export async function readRemoteRange(
  file: RemoteEntry,
  start: number,
  end: number,
  options: RemoteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkRange(file, start, end);
  const bytes = new Uint8Array(end - start);
  let at = 0;
  for await (const piece of streamRemoteFile(file, { ...options, start, end })) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The content of a small text file on the Hub (UTF-8), such as the card; checked against its hash. */
export async function readRemoteText(file: RemoteEntry, options: RemoteOptions = {}): Promise<string> {
  return Buffer.from((await readRemoteRange(file, 0, file.size, options)).buffer).toString('utf8');
}

/**
 * The content of a file on the Hub in pieces as they arrive, from byte `start` (0) to `end` (the file's size). Nothing is kept on disk.
 * A broken connection goes on from where it was. A file that is read whole is checked against its hash at the end (UserError).
 */
export async function* streamRemoteFile(
  file: RemoteEntry,
  options: RemoteOptions & { start?: number; end?: number } = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { start = 0, end = file.size } = options;
  checkRange(file, start, end);
  const access = onlineAccess(`${file.path} of the ${file.kind} ${file.id}`, options, file.endpoint);
  const hasher = start === 0 && end === file.size ? hasherLike(file.hash, file.size) : undefined;
  let at = start;
  let pieces: AsyncGenerator<Uint8Array, void, void> | undefined;
  try {
    while (at < end) {
      const piece = await withRetries(file.path, access, async () => {
        try {
          pieces ??= await openAt(file, at, end, access);
          const { value } = await pieces.next();
          if (value === undefined)
            throw new ConnectionFailure(`the connection ended after ${at - start} of ${end - start} bytes`);
          return value;
        } catch (error) {
          pieces = undefined;
          throw error;
        }
      });
      const wanted = piece.length > end - at ? piece.subarray(0, end - at) : piece;
      at += wanted.length;
      hasher?.update(wanted);
      yield wanted;
    }
  } catch (error) {
    throw await explain(error, file, access);
  } finally {
    await pieces?.return();
  }
  if (hasher && hasher.digest() !== file.hash)
    throw new UserError(
      `${file.path} of the ${file.kind} ${file.id} arrived damaged: its content is not what the Hub's listing says (${file.hash}). ` +
        'Something between here and the Hub changes it (a proxy, a broken mirror): check HF_ENDPOINT, and try again later.',
    );
}

function checkRange({ path, size }: RemoteEntry, start: number, end: number): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > size)
    throw new RangeError(`bytes ${start} to ${end} are not within ${path}, which has ${size} (${formatBytes(size)})`);
}

/** Throws a UserError where HF_HUB_OFFLINE is set. */
function onlineAccess(what: string, options: RemoteOptions, endpoint = options.endpoint): HubAccess {
  const access = hubAccess({ ...options, endpoint }, options.onRetry);
  if (access.offline)
    throw new UserError(
      `HF_HUB_OFFLINE is set, so ${what} cannot be read from the Hub. Unset it, or use a copy that has been downloaded.`,
    );
  return access;
}
