import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FixtureHub, type FixtureOptions, startFixtureHub } from './fixtureHub.js';
import { listRepository, type RemoteEntry, readRemoteRange, readRemoteText, streamRemoteFile } from './index.js';

const size = 3_000_000;
const big = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * 7) & 255);
const repositories = { 'datasets/ada/set': { 'data/ä b#1.bin': big, 'README.md': '# Käse\n', empty: '' } };
const quick = { retry: { baseDelay: 2, maxDelay: 10 } };

let hub: FixtureHub;
let old: NodeJS.ProcessEnv;
const start = async (options: Partial<FixtureOptions> = {}) => {
  hub = await startFixtureHub({ repositories, ...options });
  process.env.HF_ENDPOINT = hub.url;
};
const fileOf = async (path: string): Promise<RemoteEntry> => {
  const { files } = await listRepository('dataset', 'ada/set', quick);
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`no ${path}`);
  return file;
};
const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const collect = async (pieces: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

beforeEach(() => {
  old = { ...process.env };
  delete process.env.HF_TOKEN;
  delete process.env.HF_HUB_OFFLINE;
});
afterEach(async () => {
  process.env = old;
  await hub.close();
});

test('a listing has the commit, and of each file the size, hash and address, and fetches nothing', async () => {
  await start();
  const repository = await listRepository('dataset', 'ada/set');
  expect(repository.revision).toMatch(/^[0-9a-f]{40}$/);
  expect(repository.files.map(({ path, size }) => [path, size])).toEqual([
    ['data/ä b#1.bin', size],
    ['README.md', 8],
    ['empty', 0],
  ]);
  expect(repository.files[0]).toMatchObject({
    url: `${hub.url}/datasets/ada/set/resolve/${repository.revision}/data/%C3%A4%20b%231.bin`,
    hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    kind: 'dataset',
    id: 'ada/set',
    revision: repository.revision,
  });
  expect(structuredClone(repository)).toEqual(repository);
  expect(hub.content()).toEqual([]);
});

test('a range is exactly those bytes, in a buffer of its own', async () => {
  await start({ redirect: true });
  const file = await fileOf('data/ä b#1.bin');
  for (const [from, to] of [
    [0, 4],
    [1_234_567, 1_300_000],
    [size - 8, size],
    [0, size],
  ] as const) {
    const bytes = await readRemoteRange(file, from, to);
    expect(bytes.buffer.byteLength).toBe(to - from);
    expect(equal(bytes, big.subarray(from, to))).toBe(true);
  }
  const sent = hub.content().filter(({ server }) => server === 'storage');
  expect(sent.map(({ headers }) => headers.range)).toEqual([
    'bytes=0-3',
    'bytes=1234567-1299999',
    `bytes=${size - 8}-${size - 1}`,
    undefined,
  ]);
  expect(sent[1]?.sent).toBe(1_300_000 - 1_234_567);
  const before = hub.requests.length;
  expect(await readRemoteRange(file, 7, 7)).toHaveLength(0);
  expect(hub.requests).toHaveLength(before);
  await expect(readRemoteRange(file, 5, size + 1)).rejects.toThrow('are not within data/ä b#1.bin');
  expect(await readRemoteText(await fileOf('README.md'))).toBe('# Käse\n');
});

test('of a file in the storage the Hub is asked once, and again when the address has run out', async () => {
  let runOut = false;
  await start({
    ...{ redirect: true, gated: ['datasets/ada/set'], token: 'hf_right' },
    fault: ({ server }) => (server === 'storage' && runOut ? { status: 403 } : undefined),
  });
  const file = await fileOf('data/ä b#1.bin');
  const servers = () => hub.content().map(({ server }) => server);
  for (const at of [0, 10, 20]) await readRemoteRange(file, at, at + 10, { token: 'hf_right' });
  expect(servers()).toEqual(['hub', 'storage', 'storage', 'storage']);
  runOut = true;
  await expect(readRemoteRange(file, 0, 10, { ...quick, token: 'hf_right' })).rejects.toThrow('has no access');
  expect(servers().slice(4)).toEqual(['storage', 'hub', 'storage']);
  runOut = false;
  expect(equal(await readRemoteRange(file, 5, 9, { token: 'hf_right' }), big.subarray(5, 9))).toBe(true);
  expect(hub.requests.filter(({ server, headers }) => server === 'storage' && headers.authorization)).toEqual([]);
});

test('a range goes on within itself after a cut and a 503, and ends where that never stops', async () => {
  await start();
  const file = await fileOf('data/ä b#1.bin');
  await hub.close();
  const notes: string[] = [];
  await start({
    fault: ({ n }) => (n === 0 ? { cut: 300_000 } : n === 1 ? { status: 503 } : undefined),
  });
  const moved = { ...file, url: file.url.replace(/^http:..[^/]*/, hub.url), endpoint: hub.url };
  const bytes = await readRemoteRange(moved, 1_000_000, 2_000_000, { ...quick, onRetry: (note) => notes.push(note) });
  expect(equal(bytes, big.subarray(1_000_000, 2_000_000))).toBe(true);
  expect(hub.requests).toHaveLength(3);
  const from = Number(/^bytes=(\d+)-1999999$/.exec(hub.requests[2]?.headers.range ?? '')?.[1]);
  expect(from).toBeGreaterThan(1_100_000); // what was on its way when the socket closed is lost
  expect(notes).toHaveLength(2);
  await hub.close();
  await start({ fault: ({ file }) => (file === undefined ? undefined : { status: 503 }) });
  await expect(readRemoteRange(await fileOf('data/ä b#1.bin'), 0, 10, quick)).rejects.toThrow('6 times in a row');
});

test('a stream is the whole file, checked; what was left early asks for no more', async () => {
  await start({ fault: ({ file, n }) => (file?.endsWith('.bin') && n < 3 ? { cut: 700_000 } : undefined) });
  const file = await fileOf('data/ä b#1.bin');
  expect(equal(await collect(streamRemoteFile(file, quick)), big)).toBe(true);
  expect(hub.content()).toHaveLength(2);
  expect(equal(await collect(streamRemoteFile(file, { start: size - 1000 })), big.subarray(size - 1000))).toBe(true);
  expect(await collect(streamRemoteFile(await fileOf('empty')))).toHaveLength(0);
  for await (const piece of streamRemoteFile(file)) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  await hub.close(); // would wait for a connection that is still open
  await start({ fault: ({ file }) => (file?.endsWith('.bin') ? { flip: 5 } : undefined) });
  await expect(collect(streamRemoteFile(await fileOf('data/ä b#1.bin')))).rejects.toThrow('arrived damaged');
});

test('a file that has another size than the listing said, and a server without ranges, are told', async () => {
  const changing: FixtureOptions['repositories'] = structuredClone(repositories);
  await start({ repositories: changing });
  const file = { ...(await fileOf('data/ä b#1.bin')), url: `${hub.url}/datasets/ada/set/resolve/main/data/x.bin` };
  changing['datasets/ada/set'] = { 'data/x.bin': big.slice(5) };
  await expect(readRemoteRange(file, 10, 20, quick)).rejects.toThrow('has 2999995 bytes now, but the listing said');
  await expect(readRemoteRange(file, 0, size, quick)).rejects.toThrow('has 2999995 bytes now, but the listing said');
  await hub.close();
  await start({ fault: () => ({ ignoreRange: true }) });
  const small = await fileOf('data/ä b#1.bin');
  expect(equal(await readRemoteRange(small, 100_000, 100_010), big.subarray(100_000, 100_010))).toBe(true);
});

test('the token goes to the Hub alone; gated, missing and offline are explained', async () => {
  await start({ redirect: true, gated: ['datasets/ada/set'], token: 'hf_right' });
  const file = await fileOf('data/ä b#1.bin');
  await expect(readRemoteRange(file, 0, 4, quick)).rejects.toThrow('is gated: its files are for people');
  expect(equal(await readRemoteRange(file, 0, 4, { token: 'hf_right' }), big.subarray(0, 4))).toBe(true);
  expect(hub.requests.at(-1)).toMatchObject({ server: 'storage' });
  expect(hub.requests.at(-1)?.headers.authorization).toBeUndefined();
  await expect(listRepository('dataset', 'ada/sett', quick)).rejects.toThrow('Did you mean "ada/set"?');
  await expect(listRepository('dataset', 'ada/set', { revision: 'v1' })).rejects.toThrow('Did you mean "v1.0"?');
  process.env.HF_HUB_OFFLINE = '1';
  await expect(listRepository('dataset', 'ada/set')).rejects.toThrow('HF_HUB_OFFLINE is set, so the dataset ada/set');
  await expect(readRemoteRange(file, 0, 4)).rejects.toThrow('HF_HUB_OFFLINE is set, so data/ä b#1.bin');
});
