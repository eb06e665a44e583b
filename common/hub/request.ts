import { z } from 'zod';
import { ConnectionFailure, connectionFailure, HubFailure, retryAfterOf } from './failure.js';
import { fetchFor } from './proxy.js';

export type HubRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Sent as `Authorization: Bearer …` to `tokenOrigin` alone. */
  token?: string;
  tokenOrigin: string;
  signal?: AbortSignal;
  /** Milliseconds without an answer or a byte after which the connection counts as dead. */
  idleTimeout: number;
};

export type HubResponse = {
  response: Response;
  /** The body in pieces. Throws ConnectionFailure where it breaks or falls silent. */
  pieces(): AsyncGenerator<Uint8Array, void, void>;
  /** The whole body; more than `most` bytes are refused. */
  text(most?: number): Promise<string>;
  /** Gives the connection up, where the body is not read to its end. */
  cancel(): void;
};

const redirects = [301, 302, 303, 307, 308];

/**
 * One request, its redirects followed by hand: `fetch` would hide the headers of the first answer, and the token must not reach the
 * storage on another origin. Any other answer than a success is a HubFailure (416 too); a broken connection is a ConnectionFailure.
 */
export async function openRequest(address: string, request: HubRequest): Promise<HubResponse> {
  let url = new URL(address);
  for (let hop = 0; hop <= 10; hop++) {
    const answer = await send(url, request);
    const location = redirects.includes(answer.response.status) ? answer.response.headers.get('location') : null;
    if (location === null) {
      if (answer.response.ok) return answer;
      throw await failureOf(answer);
    }
    await answer.text(1 << 20); // a line or none: read to its end, the connection stays of use
    if (!URL.canParse(location, url) || !/^https?:$/.test(new URL(location, url).protocol))
      throw new HubFailure(310, `${url.host} redirects to an address that cannot be followed`);
    url = new URL(location, url);
  }
  throw new HubFailure(310, `${url.host} redirects in a circle`);
}

async function send(url: URL, request: HubRequest): Promise<HubResponse> {
  const idle = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, idle.signal]) : idle.signal;
  // Only the network's silence counts, not the time that the reader of a piece takes (a slow disk).
  let waiting = true;
  const timer = setTimeout(() => (waiting ? idle.abort() : timer.refresh()), request.idleTimeout);
  /** A user's abort stays what it is; our own means silence; the rest is the network's. */
  const meaning = (error: unknown): unknown => {
    if (request.signal?.aborted) return request.signal.reason;
    if (idle.signal.aborted)
      return new ConnectionFailure(`${url.host} has been silent for ${request.idleTimeout / 1000} s`);
    return connectionFailure(error, url.host);
  };
  let response: Response;
  try {
    const fetch = await fetchFor(url);
    response = await fetch(url, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      // Without identity a proxy may compress, and ranges would then count compressed bytes.
      headers: {
        'Accept-Encoding': 'identity',
        ...request.headers,
        ...(request.token !== undefined &&
          url.origin === request.tokenOrigin && { Authorization: `Bearer ${request.token}` }),
      },
      ...(request.body !== undefined && { body: request.body }),
      signal,
    });
  } catch (error) {
    clearTimeout(timer);
    throw meaning(error);
  }
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    const reader = response.body?.getReader();
    try {
      while (reader) {
        const { done, value } = await reader.read();
        if (done) return;
        waiting = false;
        yield value;
        waiting = true;
        timer.refresh();
      }
    } catch (error) {
      throw meaning(error);
    } finally {
      clearTimeout(timer);
      // Left early by the reader of the pieces: the rest of the body is of no use.
      await reader?.cancel().catch(() => {});
    }
  }
  return {
    response,
    pieces,
    text: async (most = Number.POSITIVE_INFINITY) => {
      const all: Uint8Array[] = [];
      let bytes = 0;
      for await (const piece of pieces()) {
        bytes += piece.length;
        if (bytes > most) throw new HubFailure(200, `${url.host} answers without end`);
        all.push(piece);
      }
      return Buffer.concat(all).toString('utf8');
    },
    cancel: () => {
      clearTimeout(timer);
      idle.abort();
    },
  };
}

async function failureOf(answer: HubResponse): Promise<HubFailure> {
  const { status, statusText, headers } = answer.response;
  let told = headers.get('x-error-message') ?? '';
  if (told === '' && headers.get('content-type')?.includes('json')) {
    const body = z.object({ error: z.string() }).safeParse(parseJson(await answer.text(1 << 20).catch(() => '')));
    told = body.data?.error ?? '';
  } else answer.cancel();
  const message = `the Hub answered ${status} (${told || statusText || 'no reason given'})`;
  return new HubFailure(status, message, headers.get('x-error-code') ?? undefined, retryAfterOf(headers, status));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
