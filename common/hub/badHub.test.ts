// A Hub gone wrong, or something that is none: every answer ends in a message, soon, and nothing is written outside the folder.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFixtureHub } from './fixtureHub.js';
import { downloadDataset } from './index.js';

let root: string;
let close: () => Promise<void>;
let requests: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'atelier-hub-'));
  requests = 0;
});
afterEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await close();
});

/** A server that answers as `answer` says; the rest of the Hub's API is that of one repository with one file. */
async function serve(answer: (url: URL, res: ServerResponse, req: IncomingMessage) => boolean): Promise<string> {
  const commit = 'a'.repeat(40);
  const http = createServer((req, res) => {
    requests++;
    const url = new URL(req.url ?? '', 'http://hub');
    if (answer(url, res, req)) return;
    const json = (value: unknown) => res.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    if (url.pathname.includes('/revision/')) return json({ _id: '1', id: 'ada/set', sha: commit });
    if (url.pathname.includes('/tree/')) return json([file('x.txt', 2)]);
    return res.end('hi');
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  close = async () => {
    const closed = new Promise((done) => http.close(done));
    http.closeAllConnections();
    await closed;
  };
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** SHA-1 of `blob 2\0hi`, printed by `printf hi | git hash-object --stdin`. */
const hi = '32f95c0d1244a78b2be1bab8de17906fbd2a3e4c';
const file = (path: string, size: number) => ({ type: 'file', path, size, oid: hi });
const send = (res: ServerResponse, body: unknown, headers: Record<string, string> = {}) => {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
};
const quick = { retry: { baseDelay: 2, maxDelay: 10 } };
const messageOf = async (endpoint: string) => {
  const error = await downloadDataset('ada/set', { endpoint, dir: join(root, 'set'), ...quick }).catch((e) => e);
  expect(error).toMatchObject({ name: 'UserError' });
  expect(existsSync(join(root, 'set', 'x.txt'))).toBe(false);
  return error instanceof Error ? error.message : '';
};

describe('a listing that is none', () => {
  test.each([
    [
      'a login page',
      '<html>\n <body>Please   log in',
      'an answer that is no JSON (it begins with "<html> <body>Please log in")',
    ],
    ['nothing', '', 'an empty answer'],
    ['half an answer', '[{"type":"file","path":"a', 'an answer that is no JSON'],
    ['null', null, 'its listing is no list of files'],
    ['a number', 7, 'its listing is no list of files'],
    ['an object', { files: [] }, 'its listing is no list of files'],
    ['a list of other things', [null], "an answer that is not the Hub's"],
    ['a text as size', [{ ...file('x.txt', 2), size: '2' }], 'size: '],
    ['a negative size', [file('x.txt', -1)], 'size: '],
    ['a size beyond counting', [{ ...file('x.txt', 2), size: 1e300 }], 'size: '],
    ['a path that is a number', [{ ...file('x.txt', 2), path: 3 }], 'path: '],
    ['a hash that is a path', [{ ...file('x.txt', 2), oid: '../../x' }], 'oid: '],
    ['a SHA-256 that is too short', [{ ...file('x.txt', 2), lfs: { oid: 'ab', size: 2 } }], 'lfs.oid: '],
    ['one file twice', [file('x.txt', 2), file('x.txt', 3)], 'it lists "x.txt" twice'],
  ])('%s', async (_name, body, words) => {
    const url = await serve(({ pathname }, res) => pathname.includes('/tree/') && send(res, body ?? 'null'));
    const message = await messageOf(url);
    expect(message).toContain('dataset ada/set');
    expect(message).toContain(words);
    expect(message).toMatch(/Is HF_ENDPOINT a Hugging Face Hub/);
    expect(requests).toBe(2);
  });

  test.each([
    ['no JSON', 'hello', 'no JSON'],
    ['null', 'null', 'no description of a repository'],
    ['no commit', { id: 'ada/set' }, 'sha: '],
    ['a commit that is a path', { id: 'ada/set', sha: '../../../x' }, 'sha: '],
  ])('the commit is %s', async (_name, body, words) => {
    const url = await serve(({ pathname }, res) => pathname.includes('/revision/') && send(res, body));
    expect(await messageOf(url)).toContain(words);
    expect(requests).toBe(1);
  });
});

test('pages that go in a circle, and pages without end', async () => {
  const circle: string = await serve(
    ({ pathname }, res) =>
      pathname.includes('/tree/') &&
      send(res, [], { Link: `<${circle}/api/datasets/ada/set/tree/main?cursor=1>; rel="next"` }),
  );
  expect(await messageOf(circle)).toContain('the pages of the listing of 127.0.0.1');
  expect(requests).toBe(3);
  await close();
  for (const entries of [[], [1]]) {
    requests = 0;
    const endless: string = await serve(({ pathname }, res) => {
      const more = { Link: `<${endless}/api/datasets/ada/set/tree/main?cursor=${requests}>; rel="next"` };
      const files = entries.map(() => file(`${requests}.txt`, 2));
      return pathname.includes('/tree/') && send(res, files, more);
    });
    expect(await messageOf(endless)).toContain('page after page with hardly a file on it');
    expect(requests).toBeLessThan(200);
    await close();
  }
  close = async () => {};
});

test('redirects in a circle, to nowhere and to a file', async () => {
  const redirect = (res: ServerResponse, Location: string) => {
    res.writeHead(302, { Location }).end();
    return true;
  };
  for (const [location, words] of [
    ['/again', 'redirects in a circle'],
    ['file:///etc/passwd', 'redirects to an address that cannot be followed'],
    ['http://', 'redirects to an address that cannot be followed'],
  ] as const) {
    requests = 0;
    for (const part of ['/tree/', '/resolve/']) {
      const url = await serve(
        ({ pathname }, res) => (pathname.includes(part) || pathname === '/again') && redirect(res, location),
      );
      expect(await messageOf(url)).toContain(words);
      await close();
    }
    expect(requests).toBeLessThan(30);
  }
});

test('an answer without end is given up', async () => {
  const url = await serve(({ pathname }, res) => {
    if (!pathname.includes('/tree/')) return false;
    res.setHeader('Content-Type', 'application/json').write('[');
    const more = () => {
      while (!res.destroyed && res.write(' '.repeat(1 << 20)));
    };
    res.on('drain', more);
    more();
    return true;
  });
  expect(await messageOf(url)).toContain('answers without end');
});

test('a file whose content is longer or shorter than its listing says', async () => {
  for (const body of ['hi, and more', 'h']) {
    const url = await serve(({ pathname }, res) => pathname.includes('/resolve/') && send(res, body));
    const message = await messageOf(url);
    expect(message).toMatch(body.length > 2 ? /x\.txt arrived damaged 3 times/ : /ended after 1 of 2 bytes/);
    await close();
  }
  close = async () => {};
});

test('Hub names that differ by case alone are two files where the disk keeps them apart', async () => {
  const set = { 'Readme.txt': 'one', 'readme.txt': 'two', 'A/x': 'three', 'a/x': 'four' };
  const hub = await startFixtureHub({ repositories: { 'datasets/ada/set': set } });
  close = hub.close;
  const dir = join(root, 'ünï cödé ☃ and spaces');
  await downloadDataset('ada/set', { endpoint: hub.url, dir });
  for (const [path, content] of Object.entries(set)) expect(readFileSync(join(dir, path), 'utf8')).toBe(content);
});
