import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the fixture does wrong with one request for content (or, with `status`, with any request). */
export type Fault = {
  status?: number;
  headers?: Record<string, string>;
  /** Sends so many bytes of the body, then closes the socket. */
  cut?: number;
  /** Changes this byte of the file on its way. */
  flip?: number;
  ignoreRange?: boolean;
  /** Milliseconds between pieces of `pieceSize` bytes (64 KiB where left out). */
  slow?: number;
  pieceSize?: number;
};

export type FixtureRequest = {
  n: number;
  server: 'hub' | 'storage';
  method: string;
  url: string;
  /** The file that is asked for, in a request for content. */
  file?: string;
  headers: IncomingMessage['headers'];
  /** Bytes of content sent so far. */
  sent: number;
};

export type FixtureOptions = {
  /** `datasets/owner/name` or `models/owner/name` → path → content. May be changed while it runs: the commit moves. */
  repositories: Record<string, Record<string, string | Uint8Array>>;
  /** Repositories whose content needs the token. */
  gated?: string[];
  token?: string;
  /** Large files answer 302 to a second origin, which fails the request where it is given a token. */
  redirect?: boolean;
  fault?: (request: FixtureRequest) => Fault | undefined;
  /** Entries on one page of a tree. */
  page?: number;
};

export type FixtureHub = {
  url: string;
  requests: FixtureRequest[];
  content(): FixtureRequest[];
  close(): Promise<void>;
};

const digest = (algorithm: string, ...parts: (string | Uint8Array)[]) => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** From this size on a file is "large": SHA-256 in the listing, storage on another origin. */
const LARGE = 1000;

/** A Hugging Face Hub in memory, for tests: loopback only, its faults told request by request. */
export async function startFixtureHub(options: FixtureOptions): Promise<FixtureHub> {
  const requests: FixtureRequest[] = [];
  const open = { hub: '', storage: '' };

  const contentOf = (repo: string, path: string) => {
    const content = options.repositories[repo]?.[path];
    return content === undefined ? undefined : Buffer.from(content);
  };
  const commitOf = (repo: string) => {
    const files = Object.keys(options.repositories[repo] ?? {}).sort();
    return digest('sha1', repo, ...files.map((path) => `${path} ${digest('sha1', contentOf(repo, path) ?? '')}\n`));
  };
  const treeOf = (repo: string) =>
    Object.keys(options.repositories[repo] ?? {}).map((path) => {
      const content = contentOf(repo, path) ?? Buffer.alloc(0);
      const blob = (bytes: Uint8Array) => digest('sha1', `blob ${bytes.length}\0`, bytes);
      const lfs = { oid: digest('sha256', content), size: content.length, pointerSize: 130 };
      return content.length >= LARGE
        ? { type: 'file', path, size: content.length, oid: blob(Buffer.from(`pointer ${lfs.oid}`)), lfs }
        : { type: 'file', path, size: content.length, oid: blob(content) };
    });

  const json = (res: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}) => {
    res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
  const fail = (res: ServerResponse, status: number, code: string, message: string) =>
    json(res, { error: message }, status, { 'X-Error-Code': code, 'X-Error-Message': message });

  async function sendContent(
    request: FixtureRequest,
    res: ServerResponse,
    content: Buffer,
    etag: string,
    fault: Fault,
  ) {
    const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const condition = request.headers['if-range'];
    const useRange = asked && !fault.ignoreRange && (condition === undefined || condition === etag);
    const from = useRange ? Number(asked[1]) : 0;
    if (useRange && from >= content.length)
      return void res.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
    const to = useRange && asked[2] ? Math.min(Number(asked[2]) + 1, content.length) : content.length;
    const body = Buffer.from(content.subarray(from, to));
    if (fault.flip !== undefined && fault.flip >= from && fault.flip < to)
      body[fault.flip - from] = (body[fault.flip - from] ?? 0) ^ 1;
    res.writeHead(useRange ? 206 : 200, {
      ETag: etag,
      'Content-Length': body.length,
      ...(useRange && { 'Content-Range': `bytes ${from}-${to - 1}/${content.length}` }),
    });
    const size = fault.pieceSize ?? 65536;
    const end = Math.min(fault.cut ?? body.length, body.length);
    for (let at = 0; at < end && !res.destroyed; at += size) {
      const piece = body.subarray(at, Math.min(at + size, end));
      await new Promise((done) => res.write(piece, done));
      request.sent += piece.length;
      if (fault.slow) await sleep(fault.slow);
    }
    if (fault.cut !== undefined && fault.cut < body.length) return void res.socket?.destroySoon();
    res.end();
  }

  async function answer(request: FixtureRequest, res: ServerResponse) {
    const url = new URL(request.url, 'http://hub');
    const parts = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const isApi = parts[0] === 'api';
    const type = isApi ? parts[1] : parts[0] === 'datasets' || parts[0] === 'storage' ? 'datasets' : 'models';
    const rest = isApi || parts[0] === 'datasets' || parts[0] === 'storage' ? parts.slice(isApi ? 2 : 1) : parts;
    const [owner, name, verb, revision, ...path] = rest;
    const repo = `${type}/${owner}/${name}`;
    if (verb === 'resolve') request.file = path.join('/');
    const fault = options.fault?.(request) ?? {};
    if (fault.status) return json(res, { error: 'fault' }, fault.status, fault.headers);

    if (isApi && owner === undefined) {
      const ids = Object.keys(options.repositories)
        .filter((key) => key.startsWith(`${type}/`))
        .map((key) => key.slice(`${type}/`.length));
      const author = url.searchParams.get('author');
      const search = url.searchParams.get('search') ?? '';
      return json(
        res,
        ids
          .filter((id) => id.includes(search) && (author === null || id.startsWith(`${author}/`)))
          .map((id) => ({ id, _id: id })),
      );
    }
    if (!options.repositories[repo]) return fail(res, 404, 'RepoNotFound', 'Repository not found');
    const commit = commitOf(repo);
    if (revision !== undefined && revision !== 'main' && revision !== commit)
      return fail(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    if (verb === 'refs') return json(res, { branches: [{ name: 'main' }], tags: [{ name: 'v1.0' }] });
    if (verb === 'revision')
      return json(res, { _id: '1', id: `${owner}/${name}`, sha: commit, lastModified: '2024-01-01T00:00:00Z' });
    if (verb === 'tree') {
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const tree = treeOf(repo);
      const to = from + (options.page ?? 1000);
      url.searchParams.set('cursor', String(to));
      const next = `<${open.hub}${url.pathname}${url.search}>; rel="next"`;
      return json(res, tree.slice(from, to), 200, to < tree.length ? { Link: next } : {});
    }
    const file = path.join('/');
    const content = contentOf(repo, file);
    if (verb !== 'resolve') return fail(res, 404, 'NotFound', 'Not found');
    if (
      options.gated?.includes(repo) &&
      request.server === 'hub' &&
      request.headers.authorization !== `Bearer ${options.token}`
    )
      return fail(res, request.headers.authorization ? 403 : 401, 'GatedRepo', 'Access is restricted');
    if (content === undefined) return fail(res, 404, 'EntryNotFound', 'Entry not found');
    const large = content.length >= LARGE;
    if (large && options.redirect && request.server === 'hub') {
      const location = `${open.storage}/${type === 'datasets' ? 'storage' : ''}${request.url.replace(/^\/datasets/, '')}?signature=secret`;
      return void res.writeHead(302, { Location: location, 'X-Linked-Etag': digest('sha256', content) }).end('Found');
    }
    if (request.server === 'storage' && request.headers.authorization)
      return fail(res, 400, 'InvalidArgument', 'a token arrived at the storage');
    const etag =
      request.server === 'storage' ? `"storage-${digest('md5', content)}"` : `"${digest('sha256', content)}"`;
    return sendContent(request, res, content, etag, fault);
  }

  const listen = async (server: 'hub' | 'storage') => {
    const http = createServer((req, res) => {
      const request: FixtureRequest = {
        n: requests.length,
        server,
        method: req.method ?? '',
        url: req.url ?? '',
        headers: req.headers,
        sent: 0,
      };
      requests.push(request);
      answer(request, res).catch(() => res.destroy());
    });
    await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    open[server] = `http://127.0.0.1:${address.port}`;
    return async () => {
      const closed = new Promise((done) => http.close(done));
      http.closeAllConnections();
      await closed;
    };
  };
  const closeHub = await listen('hub');
  const closeStorage = await listen('storage');
  return {
    url: open.hub,
    requests,
    content: () => requests.filter(({ file }) => file !== undefined),
    close: async () => {
      await closeHub();
      await closeStorage();
    },
  };
}
