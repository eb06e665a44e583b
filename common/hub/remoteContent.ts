import { UserError } from '../utils/index.js';
import { type HubAccess, requestOptions } from './access.js';
import { HubFailure, isTemporary } from './failure.js';
import type { RemoteEntry } from './remoteFile.js';
import { type HubResponse, openRequest } from './request.js';

/** A server that knows no ranges sends the file from its start: so much of it is read over before that is refused. */
const SKIP_MOST = 16 << 20;

/**
 * Where the Hub has sent us for a file on another origin, and until when that is believed (such addresses are signed for an hour): the
 * next range of the file is asked for there, without the way through the Hub.
 */
const storage = new Map<string, { address: string; until: number }>();
const STORAGE_MINUTES = 10;
const STORAGE_MOST = 10_000;

/** The content from byte `at` on, by one request to the storage where it is known, otherwise to the Hub. */
async function request(file: RemoteEntry, headers: Record<string, string>, access: HubAccess): Promise<HubResponse> {
  const options = { ...requestOptions(access), headers };
  const known = storage.get(file.url);
  if (known !== undefined && known.until > Date.now()) {
    try {
      return await openRequest(known.address, options);
    } catch (error) {
      if (!(error instanceof HubFailure) || isTemporary(error)) throw error;
    }
  }
  storage.delete(file.url); // run out, or no longer taken there
  const answer = await openRequest(file.url, options);
  const { url: address } = answer.response;
  if (address !== '' && new URL(address).origin !== new URL(file.endpoint).origin) {
    if (storage.size >= STORAGE_MOST) storage.clear();
    storage.set(file.url, { address, until: Date.now() + STORAGE_MINUTES * 60_000 });
  }
  return answer;
}

/** The pieces of a file's content from byte `at` on; those after `end` may follow. Throws a UserError where the server has another file. */
export async function openAt(
  file: RemoteEntry,
  at: number,
  end: number,
  access: HubAccess,
): Promise<AsyncGenerator<Uint8Array, void, void>> {
  const answer = await request(file, at > 0 || end < file.size ? { Range: `bytes=${at}-${end - 1}` } : {}, access);
  const { status, headers } = answer.response;
  const refuse = (reason: string) => {
    answer.cancel();
    return new UserError(
      `${file.path} of the ${file.kind} ${file.id} cannot be read in parts: ${reason}. Download it instead: npx atelier download ${file.kind} ${file.id}`,
    );
  };
  if (status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (Number(from) !== at) throw refuse(`the server answered with other bytes (${headers.get('content-range')})`);
    if (total !== '*' && Number(total) !== file.size)
      throw refuse(`it has ${total} bytes now, but the listing said ${file.size}`);
    return answer.pieces();
  }
  const length = headers.get('content-length');
  if (length !== null && Number(length) !== file.size)
    throw refuse(`it has ${length} bytes now, but the listing said ${file.size}`);
  if (at > SKIP_MOST) throw refuse('the server does not answer Range requests');
  return skip(answer.pieces(), at);
}

async function* skip(
  pieces: AsyncGenerator<Uint8Array, void, void>,
  bytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  let left = bytes;
  for await (const piece of pieces) {
    if (piece.length > left) yield left > 0 ? piece.subarray(left) : piece;
    left = Math.max(0, left - piece.length);
  }
}
