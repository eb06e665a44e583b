import { didYouMean, UserError } from '../utils/index.js';
import type { HubAccess } from './access.js';
import { ConnectionFailure, HubFailure } from './failure.js';
import { listRevisions, suggestRepository } from './listing.js';
import { type Repository, repositoryPage } from './repository.js';

/** Turns what the Hub answered into what a person can do about it. Anything that is no answer of the Hub is returned as it is. */
export async function explain(error: unknown, repository: Repository, access: HubAccess): Promise<unknown> {
  if (error instanceof ConnectionFailure)
    return new UserError(`${error.message}. Check the network, a proxy and HF_ENDPOINT.`);
  if (!(error instanceof HubFailure)) return error;
  const { kind, id, revision } = repository;
  const page = repositoryPage(repository);
  const makeToken = 'make a token at https://huggingface.co/settings/tokens and set HF_TOKEN to it';

  if (error.code === 'GatedRepo' || (error.status === 403 && error.code === undefined))
    return new UserError(
      access.token === undefined
        ? `The ${kind} ${id} is gated: its files are for people who have accepted its terms. Accept them at ${page}, then ${makeToken}.`
        : `The ${kind} ${id} is gated, and the account of HF_TOKEN has no access to it. Accept its terms at ${page} with that account ` +
            '(some owners answer by hand, which takes time), or use a token of another account with read access.',
    );
  if (error.code === 'RevisionNotFound') {
    const revisions = await listRevisions(repository, access);
    const known = revisions.length > 0 && revisions.length <= 12 ? ` It has: ${revisions.join(', ')}.` : '';
    return new UserError(`The ${kind} ${id} has no revision "${revision}".${didYouMean(revision, revisions)}${known}`);
  }
  if (error.code === 'EntryNotFound')
    return new UserError(`A file of the ${kind} ${id} is gone from the Hub: ${error.message}.`);
  if (error.status === 401 && access.token !== undefined && error.code === undefined)
    return new UserError(
      `The Hub refuses the token (${error.message}): it may be mistyped or revoked. Check HF_TOKEN, or ${makeToken}.`,
    );
  if (error.code === 'RepoNotFound' || error.status === 401 || error.status === 404) {
    const near = await suggestRepository(repository, access);
    return new UserError(
      `There is no ${kind} "${id}" at ${access.endpoint}, or it is private.${near === undefined ? '' : ` Did you mean "${near}"?`} ` +
        `Check its name${access.token === undefined ? `; for a private one ${makeToken}` : ' and that the account of HF_TOKEN may read it'}.`,
    );
  }
  return new UserError(`The ${kind} ${id} cannot be downloaded: ${error.message}.`);
}

const diskReasons: Record<string, string> = {
  ENOSPC: 'the disk is full: free some room, or set ATELIER_ASSETS to a folder on a larger disk',
  EDQUOT: 'your quota on this disk is used up: free some room, or set ATELIER_ASSETS to a folder on another disk',
  EACCES: 'you have no right to write there: change its owner, or set ATELIER_ASSETS to a folder of yours',
  EPERM: 'you have no right to write there: change its owner, or set ATELIER_ASSETS to a folder of yours',
  EROFS: 'it is on a read-only disk: set ATELIER_ASSETS to another folder',
  EISDIR: 'a folder stands where a file belongs: move it away',
  ENOTDIR: 'a file stands where a folder belongs: move it away',
  EEXIST: 'a file stands where a folder belongs: move it away',
  ENAMETOOLONG: 'the name is longer than this file system allows: leave the file out with exclude',
  EIO: 'the disk reports an error',
};

/** Why a file system refuses, and the cure; undefined where it is another error. */
export function diskReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return diskReasons[error.code];
}

/** A file system's error as a UserError that names the file and the cure; anything else is returned as it is. */
export function explainDisk(error: unknown, path: string): unknown {
  const reason = diskReason(error);
  return reason === undefined
    ? error
    : new UserError(`${path} cannot be written: ${reason}. What has arrived is kept.`);
}
