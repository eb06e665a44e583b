import { describe, expect, test } from 'vitest';
import { formatBytes, formatSeconds } from '../utils/index.js';
import { dataFilesOf } from './card.js';
import { connectionFailure, HubFailure, isTemporary, retryAfterOf } from './failure.js';
import { hasherLike } from './hash.js';
import { localPath, refuseCollisions } from './paths.js';
import { backoff, defaultRetryPolicy } from './retry.js';
import { globMatcher, selectFiles } from './select.js';

test.each([
  ['*.parquet', ['a.parquet', 'x/y/a.parquet'], ['a.parquet.txt']],
  ['data/*.csv', ['data/a.csv'], ['data/x/a.csv', 'more/data/a.csv']],
  ['data/**', ['data/a.csv', 'data/x/.hidden'], ['database/a']],
  ['data/', ['data/a', 'data/b/c'], ['data']],
  ['**/train-*', ['train-0', 'a/b/train-1'], ['a/test-0']],
  ['{train,val}/*', ['train/a', 'val/b'], ['test/c']],
  ['a#b?.txt', ['a#b?.txt', 'a#b1.txt'], ['a#b.txt']],
])('the glob %s', (glob, yes, no) => {
  expect([...yes, ...no].filter(globMatcher([glob]))).toEqual(yes);
});

describe('configs and splits', () => {
  const pick = (card: string | undefined, paths: string[], selection: { config?: string; split?: string }) =>
    selectFiles(
      paths.map((path) => ({ path })),
      selection,
      dataFilesOf(card, paths),
    ).map(({ path }) => path);

  test('by the card: lists, single patterns, data_dir', () => {
    const card =
      '---\nlicense: mit\nconfigs:\n- config_name: en\n  data_files: "en/*.csv"\n- config_name: de\n  data_files:\n  - split: train\n    path: [de/a.csv, de/b.csv]\n  - split: dev\n    path: de/c.csv\n- config_name: fr\n  data_dir: fr\n---\n# x';
    const paths = ['en/x.csv', 'de/a.csv', 'de/b.csv', 'de/c.csv', 'fr/train.csv', 'fr/test.csv'];
    expect(pick(card, paths, { config: 'en', split: 'train' })).toEqual(['en/x.csv']);
    expect(pick(card, paths, { config: 'de' })).toEqual(['de/a.csv', 'de/b.csv', 'de/c.csv']);
    expect(pick(card, paths, { split: 'train' })).toEqual(['en/x.csv', 'de/a.csv', 'de/b.csv', 'fr/train.csv']);
    expect(pick(card, paths, { config: 'fr', split: 'test' })).toEqual(['fr/test.csv']);
  });

  test('by the words in the paths where the card says nothing', () => {
    // Expected: the docstring of get_data_patterns in Python's datasets 5.2. Folders come before names, names before "all is train".
    const named = ['README.md', 'data/my-val.csv', 'test_2016.jsonl', 'training.txt', 'constrained.csv', 'train.py'];
    expect(pick('# no header', named, { split: 'train' })).toEqual(['README.md', 'training.txt']);
    expect(pick('---\nconfigs: {broken\n---\n', named, { split: 'validation' })).toEqual([
      'README.md',
      'data/my-val.csv',
    ]);
    expect(pick(undefined, named, { split: 'test' })).toEqual(['README.md', 'test_2016.jsonl']);
    const folders = ['data/train/shard_0.csv', 'data/train/shard_1.csv', 'data/test/shard_0.csv', 'train.csv'];
    expect(pick(undefined, folders, { split: 'train' })).toEqual(folders.slice(0, 2));
    const shards = ['train', 'test', 'random'].map((split) => `data/${split}-00000-of-00001.csv`);
    expect(dataFilesOf(undefined, shards).map(({ split }) => split)).toEqual(['train', 'test', 'random']);
    expect(pick(undefined, ['dataset.csv', 'README.md'], { split: 'train' })).toEqual(['dataset.csv', 'README.md']);
    expect(() => pick(undefined, [], { split: 'train' })).toThrow('use include');
  });
});

test('hashes are those of sha256sum and of git', () => {
  const digest = (like: 'sha256:' | 'git:', text: string) => {
    const hasher = hasherLike(like, text.length);
    hasher.update(Buffer.from(text));
    return hasher.digest();
  };
  // FIPS 180-2, appendix B.1; `printf 'hello\n' | git hash-object --stdin`.
  expect(digest('sha256:', 'abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digest('git:', 'hello\n')).toBe('git:ce013625030ba8dba906f756967f9e9ca394464a');
});

test('back-off doubles up to its end, half of it random', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [
    backoff(n, defaultRetryPolicy, () => 0),
    backoff(n, defaultRetryPolicy, () => 1),
  ]);
  expect(waits).toEqual([
    [250, 500],
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [4000, 8000],
    [8000, 16000],
    [10000, 20000],
    [10000, 20000],
  ]);
});

test('Retry-After in seconds, as a date, and in the RateLimit header', () => {
  const of = (headers: Record<string, string>, status = 429) =>
    retryAfterOf(new Headers(headers), status, Date.parse('2024-05-01T00:00:00Z'));
  expect(of({ 'retry-after': '7' })).toBe(7000);
  expect(of({ 'retry-after': 'Wed, 01 May 2024 00:01:00 GMT' })).toBe(60_000);
  expect(of({ 'retry-after': 'soon' })).toBeUndefined();
  expect(of({ ratelimit: '"api";r=0;t=12' })).toBe(12_000);
  expect(of({ ratelimit: '"api";r=0;t=12' }, 503)).toBeUndefined();
});

test('what is worth another try', () => {
  expect(
    [400, 401, 403, 404, 408, 429, 500, 502, 503, 504].filter((status) => isTemporary(new HubFailure(status, ''))),
  ).toEqual([408, 429, 500, 502, 503, 504]);
  const because = (code: string) =>
    connectionFailure(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) }), 'hub');
  expect(because('ECONNRESET')).toMatchObject({ unreachable: false, fatal: false });
  expect(because('ENOTFOUND')).toMatchObject({ unreachable: true });
  expect(isTemporary(because('DEPTH_ZERO_SELF_SIGNED_CERT'))).toBe(false);
});

test('names that Windows cannot hold are refused there', () => {
  const names = [
    'a:b',
    'C:/windows/x',
    'C:x',
    'what?',
    'dot.',
    'x/space /y',
    'NUL',
    'con.txt',
    'x/Aux/y',
    'lpt1.tar.gz',
    'COM¹',
  ];
  for (const name of names) {
    expect(localPath('/d', name, 'linux')).toBe(`/d/${name}`);
    expect(() => localPath('/d', name, 'win32')).toThrow('Windows does not allow it');
  }
});

test('names that begin like those of devices, and colons and dots inside, are allowed everywhere', () => {
  for (const name of ['console.log', 'nullable', 'com10.txt', 'auxiliary/x', 'a.b/c.d', '...x'])
    for (const platform of ['linux', 'win32'] as const) expect(localPath('/d', name, platform)).toBe(`/d/${name}`);
});

describe('names that a disk takes for one', () => {
  const folding = async () => true;
  test.each([
    ['a.txt', 'A.TXT'],
    ['data/x.png', 'Data/y.png'],
    ['caf\u00e9.txt', 'cafe\u0301.txt'],
  ])('%s and %s', async (one, other) => {
    await expect(refuseCollisions('/d', ['z', one, other], folding)).rejects.toThrow(
      'which are one name on the disk of /d',
    );
    await refuseCollisions('/d', [one, other], async () => false);
  });
  test('others', () => refuseCollisions('/d', ['a/x', 'a/y', 'b', 'A1', 'a2'], folding));
});

test('sizes and times for people', () => {
  expect([0, 999, 1000, 18_800_000, 999_600, 5.2e11].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '18.8 MB',
    '1.00 MB',
    '520 GB',
  ]);
  expect([0.4, 59, 65, 3840].map(formatSeconds)).toEqual(['0.4 s', '59 s', '1 min 05 s', '1 h 04 min']);
});
