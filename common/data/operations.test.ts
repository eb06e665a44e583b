import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { EncodedImages } from './encodedImages.js';
import type { Features } from './features.js';
import { type ImageSource, isImage } from './image.js';
import { loadDataset } from './loadDataset.js';
import { datasetFromRows } from './memoryDataset.js';
import { temporaryFolder, testRows, writeParquet } from './testData.js';
import { folderOf, refusal, rowsOf } from './testFiles.js';

const shape = { height: 6, width: 5, channels: 1 };
const numbers = (count: number) =>
  datasetFromRows(
    Array.from({ length: count }, (_, i) => ({ id: i, name: `n${i % 4}`, score: i % 3 === 0 ? null : -i })),
  );
const ids = async (set: { column(name: 'id'): Promise<number[]> }) => set.column('id');

describe('choosing rows', () => {
  test('select, take, skip, shard, negative rows', async () => {
    const set = numbers(10);
    expect(await ids(set.select([3, -1, 3]))).toEqual([3, 9, 3]);
    expect(await ids(set.skip(2).take(5).select([4, 0]))).toEqual([6, 2]);
    expect(await ids(set.shard(1, 3))).toEqual([1, 4, 7]);
    expect(await ids(set.shard(1, 3, { contiguous: true }))).toEqual([3, 4, 5]);
    expect((await set.row(-2)).id).toBe(8);
    await expect(set.row(10)).rejects.toThrow('row 10 of rows in memory train, which has 10');
    expect(() => set.select([10])).toThrow('row 10 of a data set of 10 rows');
    expect(set.take(0).length).toBe(0);
  });

  test('filter, sort, unique, shuffle, concat', async () => {
    const set = numbers(12);
    const odd = await set.filter(({ id }) => id % 2 === 1, { columns: ['id'] });
    expect(await ids(odd)).toEqual([1, 3, 5, 7, 9, 11]);
    expect(odd.where(2)).toBe('rows in memory, row 5');
    expect(await ids(await set.sort('score'))).toEqual([11, 10, 8, 7, 5, 4, 2, 1, 0, 3, 6, 9]);
    expect(await ids(await set.sort('name', { descending: true }))).toEqual([3, 7, 11, 2, 6, 10, 1, 5, 9, 0, 4, 8]);
    expect(await set.unique('name')).toEqual(['n0', 'n1', 'n2', 'n3']);
    const mixed = await ids(set.shuffle(1));
    expect(mixed).not.toEqual(await ids(set));
    expect([...mixed].sort((a, b) => a - b)).toEqual(await ids(set));
    expect(await ids(set.shuffle(1))).toEqual(mixed);
    expect(await ids(set.take(2).concat(odd, set.shuffle(1).take(1)))).toEqual([0, 1, 1, 3, 5, 7, 9, 11, mixed[0]]);
    const other = datasetFromRows([{ id: 'x', name: 'y', score: 1 }]);
    // @ts-expect-error another type of row
    expect(() => set.concat(other)).toThrow('"id" is int64 in the first, string in another');
  });

  test('split by shares, also by class', async () => {
    const set = numbers(100);
    const { train, val } = await set.split({ train: 0.9, val: 0.1 }, { seed: 3 });
    expect([train.length, val.length]).toEqual([90, 10]);
    const all = [...(await ids(train)), ...(await ids(val))];
    expect(all.sort((a, b) => a - b)).toEqual(await ids(set));
    expect(await ids((await set.split({ train: 0.9, val: 0.1 }, { seed: 3 })).val)).toEqual(await ids(val));
    const parts = await set.split({ a: 0.6, b: 0.4 }, { stratifyBy: 'name' });
    const names = await parts.b.column('name');
    for (const name of ['n0', 'n1', 'n2', 'n3']) expect(names.filter((one) => one === name)).toHaveLength(10);
  });

  test('columns: select, remove, rename', async () => {
    const set = numbers(3);
    expect(await set.selectColumns('name').row(1)).toEqual({ name: 'n1' });
    expect(await set.removeColumns('name', 'score').row(1)).toEqual({ id: 1 });
    expect(await set.rename('id', 'key').row(2)).toEqual({ key: 2, name: 'n2', score: -2 });
    expect(() => set.rename('id', 'name')).toThrow('a column "name" already');
    // @ts-expect-error no such column
    expect(() => set.selectColumns('nam')).toThrow('There is no column "nam". Did you mean "name"?');
  });

  test('map: computed on access, features kept or told, checked for every row', async () => {
    const features: Features = {
      label: { type: 'classLabel', names: ['a', 'b', 'c'] },
      text: { type: 'value', dtype: 'string' },
    };
    const rows = Array.from({ length: 6 }, (_, i) => ({ label: i % 3, text: `t${i}` }));
    const set = datasetFromRows(rows, { features });
    let calls = 0;
    const mapped = await set.map(({ label, text }, i) => {
      calls++;
      return { label: 2 - label, long: `${text}${i}`, size: text.length };
    });
    expect(calls).toBe(1);
    expect(mapped.features).toEqual({
      label: features.label,
      long: { type: 'value', dtype: 'string' },
      size: { type: 'value', dtype: 'int64' },
    });
    expect(await mapped.row(4)).toEqual({ label: 1, long: 't44', size: 2 });
    expect([...(await mapped.labels())]).toEqual([2, 1, 0, 2, 1, 0]);
    const wrong = await set.map(({ label }) => ({ label: label * 2 }));
    expect(await refusal(wrong.column('label'))).toMatch(
      /row 2: column "label" after map: the label is 4; the 3 classes/,
    );
    const failing = await set.map((row, i) => {
      if (i === 3) throw new TypeError('oops');
      return row;
    });
    await expect(rowsOf(failing)).rejects.toThrow('rows in memory, row 3: the function given to map failed: oops');
  });

  test('a fingerprint follows the rows, not the place', async () => {
    const rows = await testRows(6, shape);
    const of = async (changed: typeof rows) => {
      const folder = join(temporaryFolder(), 'same');
      writeParquet(join(folder, 'train.parquet'), changed);
      return loadDataset(folder);
    };
    const first = await of(rows);
    expect(first.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await of(rows)).fingerprint).toBe(first.fingerprint);
    expect((await of(rows.slice(1))).fingerprint).not.toBe(first.fingerprint);
    expect((await of(rows.map((row) => ({ ...row, label: 2 - row.label })))).fingerprint).not.toBe(first.fingerprint);
    const prints = [
      first,
      first.take(3),
      first.skip(3),
      first.shuffle(1),
      first.shuffle(2),
      first.rename('label', 'y'),
    ];
    prints.push(await first.map((row) => row), await first.map((row) => row, { key: 'a' }));
    expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(prints.length);
    expect(first.take(3).fingerprint).toBe(first.take(3).fingerprint);
  });
});

describe('images for the workers', () => {
  const assets = process.env.ATELIER_ASSETS;
  afterEach(() => {
    process.env.ATELIER_ASSETS = assets;
    if (assets === undefined) delete process.env.ATELIER_ASSETS;
    delete process.env.ATELIER_CACHE_BYTES;
  });

  /** The image of a row as a worker reads it. */
  function imageOf(source: ImageSource, row: number): Buffer {
    if (source.kind === 'memory')
      return Buffer.from(new EncodedImages(source.segments).bytes(source.rows?.[row] ?? row));
    const file = readFileSync(source.files[source.file[row]!]!);
    const [at, length] = [source.offset[row]!, source.length[row]!];
    return length === 0xffffffff ? file.subarray(at) : file.subarray(at, at + length);
  }

  test.each([
    ['UNCOMPRESSED', 1e9, 'memory'],
    ['UNCOMPRESSED', 0, 'ranges'],
    ['SNAPPY', 1e9, 'memory'],
    ['SNAPPY', 0, 'ranges'],
  ] as const)('%s, %i bytes of memory: %s, also after operations', async (codec, maxMemory, kind) => {
    const rows = await testRows(40, shape);
    const folder = temporaryFolder();
    process.env.ATELIER_ASSETS = join(folder, 'assets');
    mkdirSync(join(folder, 'set'));
    writeParquet(join(folder, 'set', 'train-1.parquet'), rows.slice(0, 25), { codec, rowGroupSize: 10 });
    writeParquet(join(folder, 'set', 'train-2.parquet'), rows.slice(25), { codec, rowGroupSize: 10 });
    const dataset = await loadDataset(join(folder, 'set'));
    const sets = [
      [dataset, rows],
      [dataset.select([39, 3, 3, 25]), [39, 3, 3, 25].map((i) => rows[i]!)],
      [dataset.skip(30).concat(dataset.take(2)), [...rows.slice(30), ...rows.slice(0, 2)]],
    ] as const;
    for (const [set, expected] of sets) {
      const source = await set.imageSource('image', { maxMemory });
      expect(source.kind).toBe(kind);
      for (const [i, { bytes }] of expected.entries()) expect(imageOf(source, i)).toEqual(bytes);
    }
    if (kind === 'ranges' && codec === 'SNAPPY') {
      const cache = join(folder, 'assets', 'cache', 'images');
      expect(readdirSync(cache)).toHaveLength(1);
      const { mtimeMs, size } = statSync(join(cache, readdirSync(cache)[0]!));
      const again = await (await loadDataset(join(folder, 'set'))).imageSource('image', { maxMemory });
      expect(imageOf(again, 7)).toEqual(rows[7]!.bytes);
      expect(statSync(join(cache, readdirSync(cache)[0]!)).size).toBe(size);
      expect(mtimeMs).toBeGreaterThan(0);
      // A limit that holds one of the two: the older one goes.
      process.env.ATELIER_CACHE_BYTES = String(size + 10);
      const mapped = await dataset.map(({ image, label }) => ({ image, label, extra: 1 }));
      const computed = await mapped.imageSource('image', { maxMemory });
      expect(imageOf(computed, 31)).toEqual(rows[31]!.bytes);
      expect(readdirSync(cache)).toHaveLength(1);
    }
  });

  test('images that are computed', async () => {
    const rows = await testRows(4, shape);
    const folder = temporaryFolder();
    writeParquet(join(folder, 'train.parquet'), rows);
    const dataset = await loadDataset(folder);
    const mapped = await dataset.map(({ image }) => ({
      picture: isImage(image) ? { bytes: image.bytes.slice(), path: 'x' } : null,
    }));
    const source = await mapped.imageSource();
    expect(imageOf(source, 3)).toEqual(rows[3]!.bytes);
    expect(await refusal(mapped.labels())).toContain('no single column of class labels (none)');
  });
});

test('a table for DuckDB', async () => {
  const set = await loadDataset(folderOf({ 'train.csv': 'a,b\n1,x\n2,y\n3,x\n' }));
  expect(await set.query('select b, sum(a)::int as total from data group by b order by b')).toEqual([
    { b: 'x', total: 4 },
    { b: 'y', total: 2 },
  ]);
}, 30_000);
