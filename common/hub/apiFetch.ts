import { UserError } from '../utils/index.js';
import { type HubAccess, requestOptions } from './access.js';
import { openRequest } from './request.js';
import { withRetries } from './retry.js';

/** No answer of the Hub's API comes near this; content does not pass here. */
const LARGEST = 64 << 20;
/** So many pages may hold little (the Hub puts a thousand files on one); a listing that goes on like this has no end. */
const PAGES_FREE = 100;

/**
 * The `fetch` given to @huggingface/hub: with retries, our errors (which keep X-Error-Code), and the token for the Hub's origin alone.
 * What it hands on has been read whole and is JSON. The same address twice is refused: the pages of a listing went in a circle.
 */
export function apiFetch(what: string, access: HubAccess): typeof fetch {
  const asked = new Set<string>();
  let entries = 0;
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const { host } = new URL(address);
    const call = `${init?.method ?? 'GET'} ${address}`;
    if (asked.has(call))
      throw new UserError(`${what}: the pages of the listing of ${host} go in a circle. ${isItAHub}`);
    asked.add(call);
    return withRetries(what, access, async () => {
      const headers = Object.fromEntries(new Headers(init?.headers).entries());
      delete headers.authorization;
      const body = typeof init?.body === 'string' ? init.body : undefined;
      const answer = await openRequest(address, { ...requestOptions(access), method: init?.method, headers, body });
      // Read inside the retries: a body that breaks off is asked for again.
      const text = await answer.text(LARGEST);
      const json = parseJson(text);
      if (json === undefined) throw notJson(what, host, text);
      if (Array.isArray(json)) entries += json.length;
      if (asked.size > PAGES_FREE && entries < 10 * asked.size)
        throw new UserError(`${what}: ${host} gives page after page with hardly a file on it. ${isItAHub}`);
      return new Response(text, { status: answer.response.status, headers: answer.response.headers });
    });
  };
}

const isItAHub = 'Is HF_ENDPOINT a Hugging Face Hub, and does no proxy or login page stand in between?';

/** An answer that is JSON but not what the Hub's API says. */
export function unexpectedAnswer(what: string, endpoint: string, detail: string): UserError {
  return new UserError(
    `${what}: ${new URL(endpoint).host} gave an answer that is not the Hub's (${detail}). ${isItAHub}`,
  );
}

function notJson(what: string, host: string, text: string): UserError {
  const start = text.replace(/\s+/g, ' ').trim().slice(0, 60);
  const told = start === '' ? 'an empty answer' : `an answer that is no JSON (it begins with ${JSON.stringify(start)})`;
  return new UserError(`${what}: ${host} gave ${told}. ${isItAHub}`);
}

/** Undefined where the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
