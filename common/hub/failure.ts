/** An answer of the Hub that is no success. `code` is its X-Error-Code: RepoNotFound, RevisionNotFound, EntryNotFound, GatedRepo. */
export class HubFailure extends Error {
  override name = 'HubFailure';
  readonly status: number;
  readonly code: string | undefined;
  /** Milliseconds that the Hub asks to wait before the next try. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, code?: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** A connection that could not be made, or broke, or fell silent. */
export class ConnectionFailure extends Error {
  override name = 'ConnectionFailure';
  /** No connection was made at all: the name or the machine is out of reach. */
  readonly unreachable: boolean;
  /** Another try cannot help: a certificate that is not trusted. */
  readonly fatal: boolean;

  constructor(message: string, { unreachable = false, fatal = false } = {}) {
    super(message);
    this.unreachable = unreachable;
    this.fatal = fatal;
  }
}

const unreachableCodes = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** What `fetch` throws (`TypeError: fetch failed` or `terminated`, the reason hidden in its cause), in plain words. */
export function connectionFailure(error: unknown, host: string): ConnectionFailure {
  const codes: string[] = [];
  let innermost = '';
  for (let e: unknown = error; e instanceof Error; e = e instanceof AggregateError ? e.errors[0] : e.cause) {
    if ('code' in e && typeof e.code === 'string') codes.push(e.code);
    innermost = e.message || innermost;
  }
  const code = codes.at(-1) ?? '';
  if (codes.some((c) => unreachableCodes.test(c)))
    return new ConnectionFailure(`${host} cannot be reached (${code})`, { unreachable: true });
  if (codes.some((c) => /CERT|TLS|SSL|UNABLE_TO_/.test(c)))
    return new ConnectionFailure(`${host} has a certificate that is not trusted (${code})`, { fatal: true });
  // fetch's own refusals (a blocked port, a header it does not like) have no code; a broken body may have none either.
  if (codes.length === 0 && innermost !== 'terminated')
    return new ConnectionFailure(`the request to ${host} cannot be made (${innermost})`, { fatal: true });
  const reason = code === '' || code.startsWith('UND_') ? innermost : code;
  return new ConnectionFailure(`the connection to ${host} broke (${reason})`);
}

/** True where the same request may well succeed a little later. */
export function isTemporary(error: unknown): error is HubFailure | ConnectionFailure {
  if (error instanceof HubFailure) return [408, 425, 429, 500, 502, 503, 504].includes(error.status);
  return error instanceof ConnectionFailure && !error.fatal;
}

/** Milliseconds in a Retry-After header (seconds or a date), or in the `t=` of the Hub's RateLimit header after a 429. */
export function retryAfterOf(headers: Headers, status: number, now = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value && /^\d+$/.test(value)) return Number(value) * 1000;
  if (value && !Number.isNaN(Date.parse(value))) return Math.max(0, Date.parse(value) - now);
  const reset = status === 429 ? /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1] : undefined;
  return reset === undefined ? undefined : Number(reset) * 1000;
}
