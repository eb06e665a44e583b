import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../utils/index.js';
import { type HubAccess, requestOptions } from './access.js';
import { ConnectionFailure, HubFailure } from './failure.js';
import { hasherLike, hashFileInto } from './hash.js';
import type { RemoteFile } from './listing.js';
import { localPath, partName, refuseSymlinks } from './paths.js';
import { contentUrl, type Repository } from './repository.js';
import { openRequest } from './request.js';
import { withRetries } from './retry.js';

export type Transfer = {
  repository: Repository;
  file: RemoteFile;
  /** The repository's folder here, and the folder of the parts of unfinished files. */
  dir: string;
  parts: string;
  access: HubAccess;
  /** Told after each piece how many bytes of the file are here: less than before where it had to start over. */
  onBytes: (here: number) => void;
};

/** How often content that fails its check is fetched again from the start. */
const DAMAGED_MOST = 3;
/** This many bytes further, the count of failures in a row starts anew: then the end is clear, and a bad line still gets there. */
const PROGRESS = 1 << 20;

/** `received` came over the network, `resumed` were there from an earlier, broken transfer. */
export type Transferred = { received: number; resumed: number };

/**
 * Fetches one file: into a part, going on from what an earlier try left (Range, If-Range), checked against size and hash, synced, then
 * renamed into place. What is at the target stays as it is until then. Aborted or broken, the part stays for the next call.
 */
export async function transferFile(transfer: Transfer): Promise<Transferred> {
  const { file, dir, parts, access } = transfer;
  const target = localPath(dir, file.path);
  await refuseSymlinks(dir, file.path);
  await mkdir(parts, { recursive: true });
  const part = join(parts, partName(file));
  const total: Transferred = { received: 0, resumed: 0 };

  for (let damaged = 1; ; damaged++) {
    const whole = await withRetries(file.path, access, (progressed) => fetchRest(part, transfer, total, progressed));
    if (whole) break;
    await rm(part, { force: true });
    transfer.onBytes(0);
    if (damaged >= DAMAGED_MOST)
      throw new UserError(
        `${file.path} arrived damaged ${DAMAGED_MOST} times: its content is not what the Hub's listing says (${file.hash}, ${file.size} bytes). ` +
          'Something between here and the Hub changes it (a proxy, a broken mirror): check HF_ENDPOINT, and try again later.',
      );
    access.onRetry?.(`${file.path}: arrived damaged, fetching it again`);
  }
  await mkdir(dirname(target), { recursive: true });
  await rename(part, target);
  if (isLarge(file)) await rm(`${part}.etag`, { force: true });
  return total;
}

/** Brings the part to its full length. False where the content is wrong. */
async function fetchRest(
  part: string,
  transfer: Transfer,
  total: Transferred,
  progressed: () => void,
): Promise<boolean> {
  const { file, access, onBytes } = transfer;
  let here = (await stat(part).catch(() => undefined))?.size ?? 0;
  if (here > file.size) return false;
  let hasher = hasherLike(file.hash, file.size);
  await hashFileInto(hasher, part, here, access.signal);
  if (total.received === 0) total.resumed = here;
  onBytes(here);

  const answer = here < file.size ? await requestFrom(here, part, transfer) : undefined;
  if (answer === 'useless') return false;
  if (answer && here > 0 && answer.response.status === 200) {
    // The server has another version than the part, or knows no ranges: this is the whole file.
    hasher = hasherLike(file.hash, file.size);
    here = total.resumed = 0;
    onBytes(0);
  }
  const handle = await open(part, here > 0 ? 'a' : 'w');
  try {
    if (answer) {
      if (isLarge(file)) await rememberEtag(part, answer.response.headers.get('etag'));
      let mark = here;
      for await (const piece of answer.pieces()) {
        if (here + piece.length > file.size) return false;
        await writeAll(handle, piece);
        hasher.update(piece);
        here += piece.length;
        total.received += piece.length;
        onBytes(here);
        if (here - mark >= PROGRESS) {
          mark = here;
          progressed();
        }
      }
      if (here < file.size) throw new ConnectionFailure(`the connection ended after ${here} of ${file.size} bytes`);
    }
    await handle.datasync();
    return hasher.digest() === file.hash;
  } finally {
    await handle.close();
  }
}

/** The content from byte `here` on. `useless` where the answer does not fit the part. */
async function requestFrom(here: number, part: string, { repository, file, access }: Transfer) {
  const etag = here > 0 && isLarge(file) ? await readFile(`${part}.etag`, 'utf8').catch(() => undefined) : undefined;
  try {
    const answer = await openRequest(contentUrl(repository, file.path), {
      ...requestOptions(access),
      headers: here > 0 ? { Range: `bytes=${here}-`, ...(etag && { 'If-Range': etag }) } : {},
    });
    if (answer.response.status !== 206) return answer;
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.response.headers.get('content-range') ?? '');
    if (here > 0 && Number(range?.[1]) === here && (range?.[2] === '*' || Number(range?.[2]) === file.size))
      return answer;
    answer.cancel();
    return 'useless';
  } catch (error) {
    if (error instanceof HubFailure && error.status === 416) return 'useless';
    throw error;
  }
}

/** Only a file that is large enough to break off in the middle is worth a note for that. */
function isLarge({ size }: RemoteFile): boolean {
  return size >= PROGRESS;
}

/** Kept beside the part for If-Range, which needs a strong validator. */
async function rememberEtag(part: string, etag: string | null): Promise<void> {
  if (etag?.startsWith('"')) await writeFile(`${part}.etag`, etag);
  else await rm(`${part}.etag`, { force: true });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await handle.write(bytes, written)).bytesWritten;
}
