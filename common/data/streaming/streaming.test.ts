import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FixtureHub, startFixtureHub } from '../../hub/fixtureHub.js';
import type { StreamCursor, StreamingDataset } from '../dataset.js';
import { classLabel, image, integer, text } from '../features.js';
import { isImage } from '../image.js';
import { loadDataset } from '../loadDataset.js';
import { temporaryFolder, testRows, writeParquet } from '../testData.js';
import { folderOf, refusal, rowsOf, tinyPng } from '../testFiles.js';

type Lines = { id: number; text: string };
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${JSON.stringify({ id: from + i, text: `row ${from + i} é` })}\n`).join(
    '',
  );

/** Two files of 60 and 40 rows. */
const jsonl = () => folderOf({ 'train-1.jsonl': lines(0, 60), 'train-2.jsonl': lines(60, 100) });
const open = (folder: string): Promise<StreamingDataset<Lines>> =>
  loadDataset(folder, { streaming: true, columns: { id: integer(), text: text() } });
const ids = async (stream: AsyncIterable<{ id: number }>) => (await rowsOf(stream)).map(({ id }) => id);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('operations', () => {
  test('filter, map, take, skip, columns', async () => {
    const stream = await open(jsonl());
    expect(await ids(stream)).toEqual(range(0, 100));
    expect(await ids(stream.skip(55).take(10))).toEqual(range(55, 65));
    expect(await ids(stream.filter(({ id }) => id % 10 === 3).take(3))).toEqual([3, 13, 23]);
    expect(await rowsOf(stream.map(({ id }) => ({ id: id * 2 })).take(2))).toEqual([{ id: 0 }, { id: 2 }]);
    expect(await rowsOf(stream.selectColumns('id').take(1))).toEqual([{ id: 0 }]);
    expect(await ids(stream)).toEqual(range(0, 100)); // again from the start
  });

  test('a shuffle is a permutation by its seed, whatever the buffer', async () => {
    const stream = await open(jsonl());
    for (const buffer of [1, 7, 1000]) {
      const order = await ids(stream.shuffle(3, { buffer }));
      expect([...order].sort((a, b) => a - b)).toEqual(range(0, 100));
      expect(await ids(stream.shuffle(3, { buffer }))).toEqual(order);
      expect(await ids(stream.shuffle(4, { buffer: buffer + 1 }))).not.toEqual(order);
    }
    // The buffer bounds how early a row may come.
    const order = await ids(
      (await loadDataset<Lines>(folderOf({ 'train.jsonl': lines(0, 100) }), { streaming: true })).shuffle(1, {
        buffer: 5,
      }),
    );
    for (const [place, id] of order.entries()) expect(place).toBeGreaterThan(id - 5);
  });

  test('shards divide the rows: whole files, else every n-th row', async () => {
    const stream = await open(jsonl());
    expect(await ids(stream.shard(1, 2))).toEqual(range(60, 100));
    const parts = await Promise.all(range(0, 3).map((index) => ids(stream.shard(index, 3))));
    expect(parts[1]).toEqual(range(0, 100).filter((id) => id % 3 === 1));
    expect(parts.flat().sort((a, b) => a - b)).toEqual(range(0, 100));
    expect(() => stream.shard(2, 2)).toThrow(RangeError);
  });

  test.each([
    ['plain', (s: StreamingDataset<Lines>) => s],
    ['filter and map', (s: StreamingDataset<Lines>) => s.filter(({ id }) => id % 3 > 0).map((row) => row)],
    ['skip and take', (s: StreamingDataset<Lines>) => s.skip(7).take(70)],
    ['shard', (s: StreamingDataset<Lines>) => s.shard(1, 3)],
    ['shuffle', (s: StreamingDataset<Lines>) => s.shuffle(5, { buffer: 13 })],
    [
      'everything',
      (s: StreamingDataset<Lines>) =>
        s
          .shuffle(2, { buffer: 9 })
          .filter(({ id }) => id % 2 > 0)
          .skip(3)
          .take(30),
    ],
  ] as const)('a cursor goes on exactly: %s', async (_, change) => {
    const folder = jsonl();
    const stream = change(await open(folder));
    const whole = await ids(stream);
    const cursors: string[] = [];
    for await (const { cursor } of stream.iterate()) cursors.push(JSON.stringify(cursor()));
    for (const place of [0, 1, 12, whole.length - 2, whole.length - 1]) {
      const cursor: StreamCursor = JSON.parse(cursors[place]!);
      const rest: number[] = [];
      for await (const { row } of change(await open(folder)).iterate(cursor)) rest.push(row.id);
      expect(rest).toEqual(whole.slice(place + 1));
    }
    const other = (await open(folder)).take(5);
    expect(await refusal(rowsOf(other.iterate(JSON.parse(cursors[0]!))))).toContain('belongs to another stream');
  });

  test('slices: rows for any format, percents where the number of rows is known', async () => {
    const folder = jsonl();
    const of = async (split: string) => ids(await loadDataset<Lines>(folder, { split, streaming: true }));
    expect(await of('train[5:8]')).toEqual([5, 6, 7]);
    expect(await of('train[98:]+train[:2]')).toEqual([98, 99, 0, 1]);
    expect(await refusal(of('train[:10%]'))).toContain('need the number of rows');
  });

  test('a broken row is named when it comes, not before', async () => {
    const folder = folderOf({ 'train.jsonl': `${lines(0, 1500)}{"id":"x","text":""}\n` });
    const stream = await loadDataset<Lines>(folder, { streaming: true });
    expect((await rowsOf(stream.take(1500))).length).toBe(1500);
    expect(await refusal(rowsOf(stream))).toMatch(
      /train\.jsonl, row 1500 \(line 1501\): column "id": an integer is expected, not "x"/,
    );
  });
});

test.each(['csv', 'txt', 'images', 'parquet'])('streaming gives the rows of the whole set: %s', async (kind) => {
  const folder = temporaryFolder();
  if (kind === 'csv')
    writeFileSync(
      join(folder, 'train.csv'),
      `a,b\n${range(0, 3000)
        .map((i) => `${i},"x\n${i}"`)
        .join('\r\n')}`,
    );
  else if (kind === 'txt') writeFileSync(join(folder, 'train.txt'), '\ufeffone\r\ntwo\n\nthree');
  else if (kind === 'images')
    for (const [i, name] of ['a', 'b', 'a', 'b'].entries()) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, `${i}.png`), tinyPng);
    }
  else
    writeParquet(join(folder, 'train.parquet'), await testRows(50, { height: 3, width: 3, channels: 1 }), {
      rowGroupSize: 7,
    });
  expect(await rowsOf(await loadDataset(folder, { streaming: true }))).toEqual(await rowsOf(await loadDataset(folder)));
});

describe('from the Hub', () => {
  let hub: FixtureHub;
  let size = 0;
  const sent = () => hub.content().reduce((sum, request) => sum + request.sent, 0);

  beforeAll(async () => {
    const folder = temporaryFolder();
    const noise = (i: number) => Uint8Array.from({ length: 1500 }, (_, k) => (i * 7919 + k * k * 31 + k * i) % 251);
    const rows = range(0, 2000).map((i) => ({ bytes: noise(i), path: `${i}.png`, label: i % 3 }));
    writeParquet(join(folder, 'big.parquet'), rows, { rowGroupSize: 50, codec: 'UNCOMPRESSED' });
    const parquet = readFileSync(join(folder, 'big.parquet'));
    size = parquet.length;
    hub = await startFixtureHub({
      repositories: {
        'datasets/some/images': { 'data/train-00000-of-00001.parquet': parquet, 'README.md': '# Images' },
        'datasets/some/text': { 'train.jsonl': lines(0, 60_000), 'README.md': '# Text' },
        'datasets/some/folder': Object.fromEntries(
          range(0, 200).map((i) => [`train/${i % 2 === 0 ? 'ant' : 'bee'}/${i} é#.png`, tinyPng]),
        ),
      },
      redirect: true,
      // Slow enough that a reader who has enough can stop it.
      fault: ({ file }) => (file === 'train.jsonl' ? { slow: 4 } : undefined),
    });
    process.env.ATELIER_ASSETS = temporaryFolder();
  });
  afterAll(async () => {
    delete process.env.ATELIER_ASSETS;
    await hub.close();
  });
  // A part of the requests of the test before may still be on its way.
  const load = (id: string) => loadDataset(id, { endpoint: hub.url, streaming: true });

  test('the first batch of parquet comes by ranges: the footer and two row groups', async () => {
    const before = sent();
    const stream = await loadDataset('some/images', {
      endpoint: hub.url,
      streaming: true,
      columns: { image: image(), label: classLabel() },
    });
    const first = await rowsOf(stream.take(32));
    expect(first.map(({ label }) => label)).toEqual(range(0, 32).map((i) => i % 3));
    expect(first[31]!.image.path).toBe('31.png');
    expect(sent() - before).toBeLessThan(64 * 1024 + 3 * 50 * 1600);
    expect(sent() - before).toBeLessThan(size / 8);
    // Some rows out of the middle, by a cursor.
    let cursor: StreamCursor | undefined;
    for await (const item of stream.skip(1200).iterate()) {
      expect(item.row.image.path).toBe('1200.png');
      expect(item.where).toBe('some/images: data/train-00000-of-00001.parquet, row 1200');
      cursor = item.cursor();
      break;
    }
    expect(cursor).toBeDefined();
  });

  test('JSON lines come as they arrive', async () => {
    const before = sent();
    expect(await rowsOf((await load('some/text')).take(3))).toHaveLength(3);
    expect(sent() - before).toBeLessThan(1_500_000);
    const all = await rowsOf(await load('some/text'));
    expect(all).toHaveLength(60_000);
    expect(all.at(-1)).toEqual({ id: 59_999, text: 'row 59999 é' });
  });

  test('image folders come file by file', async () => {
    const before = hub.content().length;
    const stream = await load('some/folder');
    const [row] = await rowsOf(stream.take(1));
    expect(isImage(row?.image) && row.image.path).toBe('train/ant/0 é#.png');
    expect(hub.content().length - before).toBeLessThan(100);
    const labels = (await rowsOf(stream)).map(({ label }) => label);
    expect(labels).toEqual([...new Array(100).fill(0), ...new Array(100).fill(1)]);
  });

  test('not streaming: only the files of the split are downloaded, and found again', async () => {
    const repository: Record<string, string> = {
      'README.md': '# x',
      'train.jsonl': lines(0, 9),
      'test.jsonl': lines(9, 12),
    };
    const small = await startFixtureHub({ repositories: { 'datasets/some/small': repository } });
    try {
      const options = { endpoint: small.url, split: 'train[:5]' };
      const phases = new Set<string>();
      const dataset = await loadDataset('some/small', { ...options, onProgress: ({ phase }) => phases.add(phase) });
      expect(dataset).toMatchObject({ length: 5, name: 'some/small' });
      expect(phases).toContain('done');
      expect(small.content().map(({ file }) => file)).not.toContain('test.jsonl');
      const requests = small.requests.length;
      expect((await loadDataset('some/small', options)).fingerprint).toBe(dataset.fingerprint);
      expect(small.requests.length).toBe(requests);
      expect((await loadDataset('some/small', { ...options, split: 'test' })).length).toBe(3);
      expect(await refusal(loadDataset('some/small', { ...options, split: 'tset' }))).toMatch(
        /no split "tset"\. Did you mean "test"/,
      );
      expect(await refusal(loadDataset('some/smal', options))).toMatch(/some\/small/);
    } finally {
      await small.close();
    }
  });
});
