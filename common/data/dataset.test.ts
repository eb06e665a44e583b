import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../utils/index.js';
import { channelStats } from './channelStats.js';
import { openDataset } from './dataset.js';
import { fingerprint } from './fingerprint.js';
import { type TestParquet, type TestRow, temporaryFolder, testPixels, testRows, writeParquet } from './testData.js';

const shape = { height: 6, width: 5, channels: 1 };

async function refusal(folder: string, split = 'train', options = {}): Promise<string> {
  const error = await openDataset(folder, split, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : '';
}

/** The refusal of a split of one file with these rows. */
async function refusalOf(rows: readonly TestRow[], options: TestParquet = {}): Promise<string> {
  const folder = temporaryFolder();
  writeParquet(join(folder, 'train-00000-of-00001.parquet'), rows, options);
  return refusal(folder);
}

test.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
  'shards are read in order, with their bytes and labels (%s)',
  async (codec) => {
    const folder = join(temporaryFolder(), 'datasets', 'someone', 'things');
    const rows = await testRows(19, shape);
    writeParquet(join(folder, 'cfg', 'train-00001-of-00002-0a1b.parquet'), rows.slice(11), { codec });
    writeParquet(join(folder, 'cfg', 'train-00000-of-00002-0a1b.parquet'), rows.slice(0, 11), { codec });
    writeParquet(join(folder, 'cfg', 'test-00000-of-00001.parquet'), rows.slice(0, 2), { codec });
    const dataset = await openDataset(folder, 'train');
    expect(dataset).toMatchObject({
      ...shape,
      name: 'someone/things',
      split: 'train',
      length: 19,
      classes: ['ant', 'bee', 'cat'],
    });
    for (const [i, row] of rows.entries()) {
      expect(Buffer.from(dataset.bytes(i))).toEqual(row.bytes);
      expect(dataset.label(i)).toBe(row.label);
    }
    expect(dataset.where(10)).toMatch(/train-00000-of-00002-0a1b\.parquet, row 10$/);
    expect(dataset.where(11)).toMatch(/train-00001-of-00002-0a1b\.parquet, row 0$/);
    expect((await openDataset(folder, 'test')).length).toBe(2);
  },
);

test('other column names, and a file without the huggingface key', async () => {
  const folder = temporaryFolder();
  const rows = await testRows(5, { ...shape, channels: 3 });
  writeParquet(join(folder, 'train.parquet'), rows, { image: 'img', label: 'fine', classes: null });
  const dataset = await openDataset(folder, 'train');
  expect(dataset).toMatchObject({ length: 5, channels: 3, classes: ['0', '1', '2'] });
});

test('the layout of the Hub’s own conversion', async () => {
  const folder = temporaryFolder();
  const rows = await testRows(5, shape);
  writeParquet(join(folder, 'default', 'train', '0001.parquet'), rows.slice(3));
  writeParquet(join(folder, 'default', 'train', '0000.parquet'), rows.slice(0, 3));
  const dataset = await openDataset(folder, 'train');
  expect(rows.map((_, i) => Buffer.from(dataset.bytes(i)))).toEqual(rows.map((row) => row.bytes));
});

test('the statistics are those of all pixels', async () => {
  const folder = temporaryFolder();
  const colour = { height: 4, width: 3, channels: 3 };
  writeParquet(join(folder, 'train.parquet'), await testRows(6, colour));
  const { mean, std } = await channelStats(await openDataset(folder, 'train'));
  for (let c = 0; c < 3; c++) {
    const values = Array.from({ length: 6 }, (_, i) => [...testPixels(i, colour)].filter((_, k) => k % 3 === c)).flat();
    const average = values.reduce((a, b) => a + b, 0) / values.length / 255;
    const variance = values.reduce((sum, v) => sum + (v / 255 - average) ** 2, 0) / values.length;
    expect(mean[c]).toBeCloseTo(average, 12);
    expect(std[c]).toBeCloseTo(Math.sqrt(variance), 12);
  }
});

test('a fingerprint follows the data, not the place', async () => {
  const rows = await testRows(6, shape);
  const of = async (changed: readonly TestRow[], file = 'train.parquet') => {
    const folder = join(temporaryFolder(), 'same');
    writeParquet(join(folder, file), changed);
    return fingerprint(await openDataset(folder, 'train'));
  };
  const first = await of(rows);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await of(rows)).toBe(first);
  expect(await of(rows.slice(1))).not.toBe(first);
  expect(await of(rows.map((row) => ({ ...row, label: 2 - row.label })))).not.toBe(first);
});

test('a missing folder: what to run, and the nearest name', async () => {
  const assets = join(temporaryFolder(), 'datasets', 'ylecun');
  mkdirSync(join(assets, 'mnist'), { recursive: true });
  const message = await refusal(join(assets, 'mnits'));
  expect(message).toContain('npx atelier download dataset ylecun/mnits');
  expect(message).toContain('Did you mean "mnist"?');
  expect(await refusal('nobody/nothing')).toContain('npx atelier download dataset nobody/nothing');
});

test('a paper’s link to a set that is not there says which to download', async () => {
  const folder = temporaryFolder();
  symlinkSync('../assets/datasets/uoft-cs/cifar10', join(folder, 'data'));
  expect(await refusal(join(folder, 'data'))).toContain('npx atelier download dataset uoft-cs/cifar10');
});

test('a missing split, an empty folder, a missing shard, a choice of configs', async () => {
  const folder = temporaryFolder();
  expect(await refusal(folder)).toContain('holds no parquet files');
  const rows = await testRows(2, shape);
  writeParquet(join(folder, 'a', 'train-00000-of-00001.parquet'), rows);
  writeParquet(join(folder, 'a', 'test-00000-of-00003.parquet'), rows);
  writeParquet(join(folder, 'a', 'test-00002-of-00003.parquet'), rows);
  expect(await refusal(folder, 'tran')).toMatch(/no split "tran"\. Did you mean "train"\? There are: test, train\./);
  expect(await refusal(folder, 'test')).toContain('file 2 of the 3 of split "test" is missing');
  writeParquet(join(folder, 'b', 'train-00000-of-00001.parquet'), rows);
  expect(await refusal(folder)).toContain('several configs with a split "train": choose one of a, b');
  expect((await openDataset(folder, 'train', { config: 'b' })).length).toBe(2);
  expect(await refusal(folder, 'train', { config: 'c' })).toContain('no config "c"');
});

test('a cut or overwritten parquet file is named', async () => {
  const rows = await testRows(40, shape);
  const folder = temporaryFolder();
  const file = join(folder, 'train-00000-of-00001.parquet');
  writeParquet(file, rows);
  const whole = readFileSync(file);
  const damages: [string, () => void][] = [
    ['cut in the middle', () => truncateSync(file, Math.floor(whole.length / 2))],
    ['cut by a byte', () => truncateSync(file, whole.length - 1)],
    ['empty', () => truncateSync(file, 0)],
    ['a web page', () => writeFileSync(file, '<!doctype html>')],
    [
      'zeros within',
      () => writeFileSync(file, Buffer.concat([whole.subarray(0, 4), Buffer.alloc(900), whole.subarray(904)])),
    ],
  ];
  for (const [name, damage] of damages) {
    writeFileSync(file, whole);
    damage();
    expect(await refusal(folder), name).toContain(file);
  }
  truncateSync(file, 100);
  expect(await refusal(folder)).toMatch(/is cut or corrupt \(100 bytes\).*download the data set again/);
});

test('rows that cannot be used are named', async () => {
  const rows = await testRows(9, shape);
  const changed = (row: Partial<TestRow>) => rows.map((old, i) => (i === 6 ? { ...old, ...row } : old));
  expect(await refusalOf(changed({ label: 3 }))).toMatch(
    /train-00000-of-00001\.parquet, row 6: the label is 3; the 3 classes are 0 to 2/,
  );
  expect(await refusalOf(changed({ label: -1 }))).toContain('row 6: the label is -1');
  expect(await refusalOf(changed({ bytes: new Uint8Array() }))).toContain('row 6: the row has no image bytes');
  expect(await refusalOf(changed({ bytes: null, path: 'x.png' }))).toContain(
    'row 6: the row has no image bytes (it only names the file "x.png")',
  );
  const broken = [{ bytes: Buffer.from('no image'), label: 0 }, ...rows];
  expect(await refusalOf(broken)).toMatch(/row 0: the image \(8 bytes\) cannot be decoded/);
});

test('missing and unclear columns are told with those there are', async () => {
  const { ByteWriter, parquetWrite } = await import('hyparquet-writer');
  const folder = temporaryFolder();
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: [
      { name: 'text', data: ['a', 'b'] },
      { name: 'label', data: [0, 1] },
    ],
  });
  writeFileSync(join(folder, 'train.parquet'), writer.getBytes());
  expect(await refusal(folder)).toContain('no image column. The columns are: text, label.');
  const images = temporaryFolder();
  writeParquet(join(images, 'train.parquet'), await testRows(2, shape));
  expect(await refusal(images, 'train', { image: 'imag' })).toContain(
    'there is no column "imag". Did you mean "image"?',
  );
  expect(await refusal(images, 'train', { label: 'image' })).toContain('column "image" holds no labels');
  expect(readdirSync(images)).toEqual(['train.parquet']);
});
