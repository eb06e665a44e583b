import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FixtureHub, type FixtureOptions, startFixtureHub } from './fixtureHub.js';
import { downloadDataset } from './index.js';

const size = 3_000_000;
const big = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7) & 255);
const repositories = { 'datasets/ada/set': { 'big.bin': big, 'small.txt': 'small\n' } };
const quick = { retry: { baseDelay: 2, maxDelay: 10 } };

let hub: FixtureHub;
let dir: string;
const start = async (options: Partial<FixtureOptions> = {}) => {
  hub = await startFixtureHub({ repositories, ...options });
};
const download = (options: Parameters<typeof downloadDataset>[1] = {}) =>
  downloadDataset('ada/set', { endpoint: hub.url, dir, ...quick, ...options });
const bigRequests = () => hub.content().filter(({ file, server }) => file === 'big.bin' && server === 'hub');
/** `toEqual` takes seconds for megabytes. */
const arrivedWhole = () => Buffer.compare(readFileSync(join(dir, 'big.bin')), big) === 0;
const fromOf = (range = '') => Number(/^bytes=(\d+)-$/.exec(range)?.[1]);

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'atelier-hub-')), 'set');
});
afterEach(async () => {
  rmSync(join(dir, '..'), { recursive: true, force: true });
  await hub.close();
});

test('a cut connection goes on with Range and If-Range from where it broke', async () => {
  await start({ fault: ({ file, n }) => (file === 'big.bin' && n < 4 ? { cut: 1_000_000 } : undefined) });
  const result = await download();
  expect(arrivedWhole()).toBe(true);
  const from = fromOf(bigRequests()[1]?.headers.range);
  expect(from).toBeGreaterThan(500_000); // what was on its way when the socket closed is lost
  expect(bigRequests()[1]?.headers['if-range']).toMatch(/^"[0-9a-f]{64}"$/);
  expect(result.received).toBe(from + (size - from) + 6);
  expect(bigRequests()).toHaveLength(2);
});

test('an aborted download throws the reason, keeps its part and its finished files, and the next call goes on', async () => {
  await start({ fault: ({ file }) => (file === 'big.bin' ? { slow: 5 } : undefined) });
  const ctrlC = new AbortController();
  const stopped = download({
    signal: ctrlC.signal,
    onProgress: ({ bytes }) => bytes.done > 500_000 && ctrlC.abort(new Error('Ctrl-C')),
  });
  await expect(stopped).rejects.toThrow('Ctrl-C');
  const parts = readdirSync(join(dir, '.incomplete'));
  expect(parts.some((name) => name.endsWith('.etag'))).toBe(true);
  expect(existsSync(join(dir, 'big.bin'))).toBe(false);
  expect(existsSync(join(dir, '.atelier.lock'))).toBe(false);
  const before = hub.content().length;
  const result = await download();
  expect(arrivedWhole()).toBe(true);
  const [request] = hub.content().slice(before);
  expect(hub.content()).toHaveLength(before + 1); // small.txt was finished
  const from = fromOf(request?.headers.range);
  expect(from).toBeGreaterThanOrEqual(400_000);
  expect(result.received).toBe(size - from); // no earlier byte came twice
  expect(result.files.find(({ path }) => path === 'big.bin')?.state).toBe('resumed');
  expect(existsSync(join(dir, '.incomplete'))).toBe(false);
});

test('a server that ignores Range (200) makes it start over', async () => {
  await start({
    fault: ({ file, n }) => (file === 'big.bin' ? (n < 4 ? { cut: 1_000_000 } : { ignoreRange: true }) : undefined),
  });
  const result = await download();
  expect(arrivedWhole()).toBe(true);
  expect(bigRequests()[1]?.headers.range).toBeDefined();
  expect(result.received).toBeGreaterThan(500_000 + size);
});

test('a flipped byte is noticed and the file fetched again', async () => {
  const notes: string[] = [];
  await start({ fault: ({ file, n }) => (file === 'big.bin' && n < 4 ? { flip: 1_234_567 } : undefined) });
  await download({ onProgress: ({ note }) => note && notes.push(note) });
  expect(arrivedWhole()).toBe(true);
  expect(notes).toEqual(['big.bin: arrived damaged, fetching it again']);
});

test('a byte that is always flipped ends with a message, and nothing takes the place of the file', async () => {
  await start({ fault: ({ file }) => (file === 'big.bin' ? { flip: 7 } : undefined) });
  await expect(download()).rejects.toThrow(
    /big\.bin arrived damaged 3 times: its content is not what the Hub's listing says \(sha256:/,
  );
  expect(existsSync(join(dir, 'big.bin'))).toBe(false);
  expect(bigRequests()).toHaveLength(3);
});

test('a part that was damaged on disk is thrown away and the file fetched whole', async () => {
  let broken = true;
  await start({ fault: ({ file }) => (file === 'big.bin' && broken ? { cut: 1_000_000, flip: 10 } : undefined) });
  await expect(download({ retry: { attempts: 1 } })).rejects.toThrow('at the first try. What has arrived is kept');
  broken = false;
  await download();
  expect(arrivedWhole()).toBe(true);
});

test.each([503, 429, 500])('%i is tried again, other files go on', async (status) => {
  await start({ fault: ({ n }) => (n % 3 === 1 ? { status } : undefined) });
  await download();
  expect(arrivedWhole()).toBe(true);
});

test('failures without end end, with what to do', async () => {
  await start({ fault: ({ file }) => (file === 'big.bin' ? { status: 503 } : undefined) });
  await expect(download()).rejects.toThrow(
    'big.bin: the Hub answered 503 (fault), 6 times in a row. What has arrived is kept: run the same command again to go on from there.',
  );
  expect(bigRequests()).toHaveLength(6);
  expect(existsSync(join(dir, 'small.txt'))).toBe(true);
});

test('Retry-After is kept to, and one that is too long is told', async () => {
  const headers = { 'Retry-After': '1' };
  await start({ fault: ({ file, n }) => (file === 'big.bin' && n < 4 ? { status: 429, headers } : undefined) });
  const begin = performance.now();
  await download();
  expect(performance.now() - begin).toBeGreaterThan(990);
  headers['Retry-After'] = '7200';
  hub.requests.length = 0;
  rmSync(dir, { recursive: true });
  await expect(download()).rejects.toThrow('the Hub asks to wait 2 h 00 min');
});

test('a connection that falls silent is given up and made anew', async () => {
  await start({
    fault: ({ file, n }) => (file === 'big.bin' && n < 4 ? { slow: 1500, pieceSize: 100_000 } : undefined),
  });
  await download({ idleTimeout: 300 });
  expect(arrivedWhole()).toBe(true);
  expect(fromOf(bigRequests()[1]?.headers.range)).toBeGreaterThanOrEqual(100_000);
});

test('the token goes to the Hub and never to the storage it redirects to', async () => {
  await start({
    redirect: true,
    gated: ['datasets/ada/set'],
    token: 'hf_right',
    fault: ({ server, n }) => (server === 'storage' && n < 6 ? { cut: 1_000_000 } : undefined),
  });
  await download({ token: 'hf_right' });
  expect(arrivedWhole()).toBe(true);
  const storage = hub.requests.filter(({ server }) => server === 'storage');
  expect(storage.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  expect(storage[1]?.headers).toMatchObject({
    range: expect.stringMatching(/^bytes=\d{6,}-$/),
    'if-range': expect.stringMatching(/^"storage-/),
  });
  expect(
    hub.requests
      .filter(({ server }) => server === 'hub')
      .every(({ headers }) => headers.authorization === 'Bearer hf_right'),
  ).toBe(true);
});

test('the first error stops the other files and is the one that is told', async () => {
  await start({
    repositories: { 'datasets/ada/set': { 'big.bin': big, 'gone.txt': 'x' } },
    fault: ({ file }) =>
      file === 'gone.txt'
        ? { status: 404, headers: { 'X-Error-Code': 'EntryNotFound' } }
        : file === 'big.bin'
          ? { slow: 50 }
          : undefined,
  });
  await expect(download()).rejects.toThrow('A file of the dataset ada/set is gone from the Hub');
  expect(bigRequests()[0]?.sent).toBeLessThan(size);
});

test('two callers share one download', async () => {
  await start({ fault: ({ file }) => (file === 'big.bin' ? { slow: 2 } : undefined) });
  const [first, second] = await Promise.all([download(), download()]);
  expect(first.received + second.received).toBe(size + 6);
  expect(hub.content()).toHaveLength(2);
});

test('nothing is written through a link inside the folder, and a folder in the place of a file is told', async () => {
  const outside = join(dir, '..', 'outside');
  mkdirSync(outside);
  mkdirSync(dir);
  symlinkSync(outside, join(dir, 'sub'));
  await start({ repositories: { 'datasets/ada/set': { 'sub/x.txt': 'x' } } });
  await expect(download()).rejects.toThrow('would be written through it: remove the link');
  expect(readdirSync(outside)).toEqual([]);
  rmSync(join(dir, 'sub'));
  mkdirSync(join(dir, 'sub', 'x.txt', 'y'), { recursive: true });
  await expect(download()).rejects.toThrow(/x\.txt cannot be written: a folder stands where a file belongs/);
});
