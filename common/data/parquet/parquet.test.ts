import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localFile } from '../files/dataFile.js';
import { isImage } from '../image.js';
import { loadDataset } from '../loadDataset.js';
import { temporaryFolder, testRows, writeParquet } from '../testData.js';
import { refusal, rowsOf } from '../testFiles.js';
import { ByteReader } from './byteReader.js';
import { imageLeaf } from './imageColumn.js';
import { readHybrid } from './levels.js';
import { columnOf, openParquet } from './parquetFile.js';
import { chunkOf } from './readColumn.js';
import { sparseRanges } from './sparseRanges.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'parquet');
const expected: unknown[] = readFileSync(join(fixtures, 'rows.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** As the fixture's rows are written. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  return value;
}

test.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'])(
  'all types, nested ones too, as pyarrow reads them (%s)',
  async (codec) => {
    const dataset = await loadDataset(join(fixtures, `${codec}.parquet`));
    expect(dataset.length).toBe(40);
    expect(plain(await rowsOf(dataset))).toEqual(expected);
    expect(plain(await dataset.row(-3))).toEqual(expected.at(-3));
    expect(plain(await dataset.gather([39, 0, 17, 0]))).toEqual([39, 0, 17, 0].map((i) => expected[i]));
    expect(dataset.features.list).toEqual({ type: 'sequence', feature: { type: 'value', dtype: 'int64' } });
    expect(dataset.features.day).toEqual({ type: 'value', dtype: 'date32' });
  },
);

test('delta and byte-stream-split encodings', async () => {
  const dataset = await loadDataset(join(fixtures, 'delta.parquet'));
  const rows = plain(await rowsOf(dataset));
  expect(rows).toEqual(expected.map((row) => pick(row, ['i64', 'text', 'f32'])));
});

function pick(row: unknown, names: readonly string[]): unknown {
  const all = Object.entries(typeof row === 'object' && row !== null ? row : {});
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

test('a changed byte never gives other rows where the writer left checksums', async () => {
  const whole = readFileSync(join(fixtures, 'checksums.parquet'));
  const right = JSON.stringify(await rowsOf(await loadDataset(join(fixtures, 'checksums.parquet'))));
  const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
  const file = join(temporaryFolder(), 'train.parquet');
  const found = { wrong: 0, checksum: 0 };
  for (let at = 4; at < footer; at += 3) {
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ (1 << (at % 8));
    writeFileSync(file, changed);
    const read = async () => JSON.stringify(await rowsOf(await loadDataset(file)));
    const result = await read().catch((error: unknown) => error);
    if (result instanceof Error) {
      expect(result.message).toContain('train.parquet');
      if (/rows \d+ to \d+: .*checksum of a page is wrong/.test(result.message)) found.checksum++;
    } else if (result !== right) found.wrong++;
  }
  expect(found.wrong).toBe(0);
  expect(found.checksum).toBeGreaterThan(50);
});

// zstd.parquet with some bytes changed: a decoder that trusts its tables runs in a circle here (fzstd 0.1.1 did).
test('a damaged Zstandard frame ends in an error', async () => {
  const dataset = await loadDataset(join(fixtures, 'damaged-zstd.parquet'));
  expect(await refusal(rowsOf(dataset))).toMatch(
    /damaged-zstd\.parquet, rows \d+ to \d+: the parquet file is cut or corrupt/,
  );
});

test('images: as bytes, as ranges of the file, and with few rows of many', async () => {
  const rows = await testRows(90, { height: 6, width: 5, channels: 1 });
  for (const codec of ['UNCOMPRESSED', 'SNAPPY'] as const) {
    const folder = temporaryFolder();
    writeParquet(join(folder, 'train-00000-of-00002.parquet'), rows.slice(0, 50), { codec, rowGroupSize: 45 });
    writeParquet(join(folder, 'train-00001-of-00002.parquet'), rows.slice(50), { codec, rowGroupSize: 45 });
    const dataset = await loadDataset(folder);
    const images = await dataset.column('image');
    expect(images.map((image) => (isImage(image) ? Buffer.from(image.bytes) : image))).toEqual(
      rows.map((row) => row.bytes),
    );
    // One row of a group: read by its place.
    expect(await (await loadDataset(folder)).row(70)).toEqual({
      image: { bytes: new Uint8Array(rows[70]!.bytes!), path: null },
      label: 1,
    });
    expect([...(await dataset.labels())]).toEqual(rows.map((row) => row.label));
  }
});

test('large images are found without reading them', async () => {
  const folder = temporaryFolder();
  const rows = Array.from({ length: 30 }, (_, i) => ({
    bytes: i % 7 === 3 ? null : Uint8Array.from({ length: 20_000 + i * 1000 }, (_, k) => (i * 31 + k * k) % 256),
    label: i % 3,
  }));
  const file = join(folder, 'train.parquet');
  writeParquet(file, rows, { codec: 'UNCOMPRESSED', rowGroupSize: 30 });
  const parquet = await openParquet(localFile(file, 'train.parquet', statSync(file).size));
  const group = parquet.groups[0]!;
  const column = columnOf(parquet, 'image');
  const leaf = imageLeaf(column);
  const ranges = sparseRanges(parquet.file, leaf, chunkOf(group, leaf))!;
  const whole = readFileSync(file);
  for (const [i, { bytes }] of rows.entries()) {
    const found = whole.subarray(ranges.offset[i], ranges.offset[i]! + ranges.length[i]!);
    expect(found.equals(bytes ?? Buffer.alloc(0))).toBe(true);
  }
});

test('integers beyond 2^53: an error with the way out, and BigInt', async () => {
  const { ByteWriter, parquetWrite } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const ids = [1n, 2n ** 53n + 1n, -(2n ** 60n)];
  parquetWrite({ writer, columnData: [{ name: 'id', data: ids, type: 'INT64' }] });
  const file = join(temporaryFolder(), 'ids.parquet');
  writeFileSync(file, writer.getBytes());
  const dataset = await loadDataset(file);
  expect(await refusal(dataset.column('id'))).toMatch(
    /ids\.parquet, row 1: column "id": 9007199254740993 is beyond .*bigint\(\)/,
  );
  const { bigint } = await import('../features.js');
  const big = await loadDataset(file, { columns: { id: bigint() } });
  expect(await big.column('id')).toEqual(ids);
});

test('the run-length hybrid: runs, packed groups, and what is refused', () => {
  const read = (bytes: number[], width: number, count: number, largest = 2 ** width - 1) => [
    ...readHybrid(new ByteReader(Uint8Array.from(bytes)), width, count, largest),
  ];
  // The format's own example: 0 … 7 packed in 3 bits are 88 C6 FA.
  expect(read([3, 0x88, 0xc6, 0xfa], 3, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(read([10, 4, 3, 0x88, 0xc6, 0xfa], 3, 9)).toEqual([4, 4, 4, 4, 4, 0, 1, 2, 3]);
  expect(() => read([200, 1, 4], 3, 8)).toThrow('a run of 100 numbers where 8 are left');
  expect(() => read([0, 4], 3, 8)).toThrow('a run of 0');
  expect(() => read([3, 0x88], 3, 8)).toThrow('cut off');
  expect(() => read([16, 7], 3, 8, 5)).toThrow('7 where 5 is the largest');
});
