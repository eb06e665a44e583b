import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Dataset } from '../dataset.js';
import { datasetFromRows } from '../memoryDataset.js';
import { type Pixels, volume } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { png, testPixels } from '../testData.js';
import { differenceHash, hammingDistance } from './differenceHash.js';
import { findDuplicates } from './findDuplicates.js';
import { formatDuplicates } from './format.js';
import { nearPairs } from './nearPairs.js';
import { hashPixels } from './pixelHash.js';

interface TestImage {
  bytes: Uint8Array;
  label?: number;
  path?: string;
}

function split(splitName: string, rows: readonly TestImage[]): Dataset {
  return datasetFromRows<Record<string, unknown>>(
    rows.map(({ bytes, label = 0, path = null }) => ({ image: { bytes, path }, label })),
    {
      features: { image: { type: 'image' }, label: { type: 'classLabel', names: ['ant', 'bee'] } },
      name: 'zoo',
      splitName,
    },
  );
}

const shape = { height: 9, width: 8, channels: 3 };

test('the same file, and the same picture in another encoding, are found within and across splits', async () => {
  const pixels = testPixels(3, shape);
  const raw = { width: 8, height: 9, channels: 3 as const };
  const original = await png(pixels, shape);
  const again = await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer();
  const webp = await sharp(pixels, { raw }).webp({ lossless: true }).toBuffer();
  expect(Buffer.compare(original, again)).not.toBe(0);
  const other = await png(testPixels(4, shape), shape);
  const cut = original.subarray(0, 50);
  const found = await findDuplicates({
    train: split('train', [
      { bytes: original, path: 'a.png' },
      { bytes: other },
      { bytes: cut },
      { bytes: webp, label: 1 },
    ]),
    test: split('test', [{ bytes: cut }, { bytes: again }, { bytes: await png(testPixels(5, shape), shape) }]),
  });
  expect(
    found.sets.map(({ kind, splits, labelsDiffer, members }) => ({
      kind,
      splits,
      labelsDiffer,
      rows: members.map(({ split, row }) => `${split} ${row}`),
    })),
  ).toEqual([
    { kind: 'picture', splits: ['train', 'test'], labelsDiffer: true, rows: ['train 0', 'train 3', 'test 1'] },
    { kind: 'file', splits: ['train', 'test'], labelsDiffer: false, rows: ['train 2', 'test 0'] },
  ]);
  expect(found.sets[0]?.members[0]).toMatchObject({ path: 'a.png', label: 'ant', where: expect.stringContaining('0') });
  expect(found.across).toEqual([
    { of: 'train', in: 'test', rows: 3 },
    { of: 'test', in: 'train', rows: 2 },
  ]);
  const text = formatDuplicates(found);
  expect(text).toContain('5 of 7 rows have a duplicate: 2 sets, 3 rows too many, 1 sets with different labels.');
  expect(text).toContain('2 of 3 rows of test are also in train.');
  expect(text).toContain('same picture, different labels: a.png (train, ant) = row 3 (train, bee) = row 1 (test, ant)');
});

test('a grey picture saved in colour, and an opaque alpha channel, do not make another picture; a single pixel does', () => {
  const grey = testPixels(1, { height: 3, width: 4, channels: 1 });
  const as = (channels: number, data: number[]): Pixels => ({
    height: 3,
    width: 4,
    channels,
    data: Uint8Array.from(data),
  });
  const plain = as(1, Array.from(grey));
  const hash = hashPixels(plain);
  expect(
    hashPixels(
      as(
        3,
        Array.from(grey).flatMap((v) => [v, v, v]),
      ),
    ),
  ).toBe(hash);
  expect(
    hashPixels(
      as(
        2,
        Array.from(grey).flatMap((v) => [v, 255]),
      ),
    ),
  ).toBe(hash);
  expect(
    hashPixels(
      as(
        4,
        Array.from(grey).flatMap((v) => [v, v, v, 255]),
      ),
    ),
  ).toBe(hash);
  expect(
    hashPixels(
      as(
        4,
        Array.from(grey).flatMap((v) => [v, v, v, 254]),
      ),
    ),
  ).not.toBe(hash);
  expect(hashPixels({ ...plain, height: 4, width: 3 })).not.toBe(hash);
  expect(
    hashPixels(
      as(
        1,
        Array.from(grey).map((v, i) => (i === 5 ? v ^ 1 : v)),
      ),
    ),
  ).not.toBe(hash);
});

/** A smooth random picture: a few waves. */
function landscape(seed: number, height = 96, width = 128): Pixels {
  const random = new CounterRandom(seed);
  const waves = Array.from(
    { length: 6 },
    () => [random.uniform(0, 9), random.uniform(0, 9), random.uniform(0, 7), random.uniform(15, 35)] as const,
  );
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return (
      128 +
      waves.reduce(
        (sum, [a, b, phase, height_]) => sum + height_ * Math.sin((a * x) / width + (b * y) / height + phase + c),
        0,
      )
    );
  });
  return { data, height, width, channels: 3 };
}

const toSharp = ({ data, width, height }: Pixels) => sharp(data, { raw: { width, height, channels: 3 } });

test('a resized or compressed picture keeps its difference hash within a few bits; another has one far away', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const picture = landscape(seed);
    const hash = differenceHash(picture)!;
    const smaller = await toSharp(picture).resize(61, 50, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
    const compressed = await sharp(await toSharp(picture).jpeg({ quality: 40 }).toBuffer())
      .raw()
      .toBuffer({ resolveWithObject: true });
    for (const { data, info } of [smaller, compressed])
      expect(
        hammingDistance(hash, differenceHash({ data, height: info.height, width: info.width, channels: 3 })!),
      ).toBeLessThanOrEqual(6);
    expect(hammingDistance(hash, differenceHash(landscape(seed + 10))!)).toBeGreaterThan(20);
  }
  const flat = { height: 20, width: 20, channels: 1, data: new Uint8Array(400).fill(7) };
  expect(differenceHash(flat)).toBeUndefined();
  expect(volume(landscape(1))).toBe(96 * 128 * 3);
});

test('the difference hash compares neighbouring cells of 9 × 9', () => {
  // Brighter to the right: all 64 bits of the rows, none of the columns.
  const right = { height: 9, width: 9, channels: 1, data: Uint8Array.from({ length: 81 }, (_, i) => 10 * (i % 9)) };
  expect(Array.from(differenceHash(right)!)).toEqual([0xffffffff, 0xffffffff, 0, 0]);
  const down = { ...right, data: Uint8Array.from({ length: 81 }, (_, i) => 10 * Math.floor(i / 9)) };
  expect(Array.from(differenceHash(down)!)).toEqual([0, 0, 0xffffffff, 0xffffffff]);
});

test('near pairs are those of comparing all', () => {
  const random = new CounterRandom(9);
  const hashes = Array.from({ length: 60 }, () => Uint32Array.from({ length: 4 }, () => random.bits()));
  for (let i = 0; i < 60; i++) {
    const near = Uint32Array.from(hashes[i]!);
    for (let flips = 0; flips < i % 12; flips++) near[random.integer(4)]! ^= 1 << random.integer(32);
    hashes.push(near);
  }
  for (const threshold of [0, 1, 5, 8, 15]) {
    const expected = hashes.flatMap((a, i) =>
      hashes.flatMap((b, j) => {
        const bits = a.reduce(
          (sum, word, k) => sum + [...((word ^ b[k]!) >>> 0).toString(2)].filter((bit) => bit === '1').length,
          0,
        );
        return j > i && bits <= threshold ? [`${i} ${j} ${bits}`] : [];
      }),
    );
    const found = nearPairs(hashes, threshold)!.map(({ a, b, distance }) => `${a} ${b} ${distance}`);
    expect(found.sort()).toEqual(expected.sort());
    expect(nearPairs(hashes, threshold, expected.length)).toHaveLength(expected.length);
    expect(nearPairs(hashes, threshold, expected.length - 1)).toBeUndefined();
  }
});

test('pictures that look alike are told beside the equal ones', async () => {
  const picture = landscape(5);
  const original = await toSharp(picture).png().toBuffer();
  const smaller = await toSharp(picture).resize(100, 75).jpeg({ quality: 80 }).toBuffer();
  const other = await toSharp(landscape(6)).png().toBuffer();
  const found = await findDuplicates(
    {
      train: split('train', [{ bytes: original }, { bytes: original }, { bytes: other }]),
      test: split('test', [{ bytes: smaller }]),
    },
    { near: 8 },
  );
  expect(found.sets).toHaveLength(1);
  expect(found.near.map(({ a, b }) => [a.split, a.row, b.split, b.row])).toEqual([['train', 0, 'test', 0]]);
  await expect(findDuplicates({}, { near: 16 })).rejects.toThrow('whole number from 0 to 15');
});

test('texts are compared where there are no images; empty ones are counted apart', async () => {
  const make = (splitName: string, rows: [string, string | null][]) =>
    datasetFromRows<Record<string, unknown>>(
      rows.map(([en, de]) => ({ en, de })),
      {
        features: { en: { type: 'value', dtype: 'string' }, de: { type: 'value', dtype: 'string' } },
        splitName,
      },
    );
  const train = make('train', [
    ['a', 'b'],
    ['a', 'c'],
    ['', null],
  ]);
  const test_ = make('test', [
    ['a', 'b'],
    [' ', ''],
  ]);
  const both = await findDuplicates({ train, test: test_ });
  expect(both.sets).toMatchObject([
    {
      kind: 'text',
      members: [
        { split: 'train', row: 0 },
        { split: 'test', row: 0 },
      ],
    },
  ]);
  expect(both.empty).toBe(2);
  expect((await findDuplicates({ train }, { text: ['en'] })).sets).toMatchObject([
    { members: [{ row: 0 }, { row: 1 }] },
  ]);
  await expect(findDuplicates({ train }, { text: ['fr'] })).rejects.toThrow('no text column "fr"');
});
