import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import type { Dataset, Row } from '../dataset.js';
import type { Features } from '../features.js';
import { datasetFromRows } from '../memoryDataset.js';
import { png, testPixels } from '../testData.js';
import { channelStats } from './channelStats.js';
import { contactSheet } from './contactSheet.js';
import { datasetStats } from './datasetStats.js';
import { formatStats } from './format.js';
import { imageFormat } from './imageFormat.js';
import { meanStdOf, writeMeanStd } from './meanStd.js';
import { distribution } from './quantiles.js';

const features: Features = {
  image: { type: 'image' },
  label: { type: 'classLabel', names: ['ant', 'bee', 'cat'] },
};

function images(rows: readonly Row[], other: Features = {}): Dataset {
  return datasetFromRows<Record<string, unknown>>(rows, { features: { ...features, ...other }, name: 'zoo' });
}

const image = (bytes: Uint8Array, path: string | null = null) => ({ bytes, path });

test('mean and std per channel are those of a plain loop over all pixels', async () => {
  const shapes = [
    { height: 5, width: 7, channels: 3 },
    { height: 3, width: 2, channels: 3 },
  ];
  const pixels = shapes.map((shape, i) => testPixels(i, shape));
  const files = await Promise.all(shapes.map((shape, i) => png(pixels[i]!, shape)));
  const { mean, std } = await channelStats(images(files.map((file) => ({ image: image(file), label: 0 }))));
  for (const c of [0, 1, 2]) {
    const values = pixels.flatMap((data) => Array.from(data).filter((_, i) => i % 3 === c)).map((value) => value / 255);
    const average = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length;
    expect(mean[c]).toBeCloseTo(average, 12);
    expect(std[c]).toBeCloseTo(Math.sqrt(variance), 12);
  }
});

test('grey images have one channel; beside colour they count in all three; alpha does not count', async () => {
  const flat = (value: number, channels: number) =>
    png(
      Uint8Array.from({ length: 4 * channels }, (_, i) => (channels === 4 && i % 4 === 3 ? 99 : value)),
      { height: 2, width: 2, channels },
    );
  const grey = await flat(51, 1);
  const alone = await channelStats(images([{ image: image(grey), label: 0 }]));
  expect(alone.mean[0]).toBeCloseTo(0.2, 12);
  expect(alone).toMatchObject({ mean: { length: 1 }, std: [0] });
  const mixed = await channelStats(
    images([grey, await flat(153, 3), await flat(102, 4)].map((file) => ({ image: image(file), label: 0 }))),
  );
  expect(mixed.mean).toHaveLength(3);
  for (const mean of mixed.mean) expect(mean).toBeCloseTo(0.4, 12);
});

test('quantiles are numpy’s', () => {
  // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .05, .5, .95, .99, 1]) and .mean()
  const found = distribution([3, 1, 4, 1, 5, 9, 2, 6]);
  const expected = { min: 1, p5: 1, median: 3.5, p95: 7.95, p99: 8.79, max: 9, mean: 3.875 };
  for (const [key, value] of Object.entries(expected)) expect(found).toHaveProperty(key, expect.closeTo(value, 12));
  expect(distribution([])).toBeUndefined();
});

test('one reading tells counts, sizes, formats, classes, and every broken row with its reason', async () => {
  const shape = { height: 4, width: 6, channels: 3 };
  const good = await png(testPixels(0, shape), shape);
  const jpeg = await sharp(testPixels(1, { ...shape, height: 12 }), { raw: { width: 6, height: 12, channels: 3 } })
    .jpeg()
    .toBuffer();
  const rows = [
    { image: image(good), label: 0, text: 'one two', size: 1n },
    { image: image(jpeg, 'b.jpg'), label: 1, text: '  ', size: 5n },
    { image: image(good.subarray(0, 40)), label: 1, text: 'ä𝄞', size: null },
    { image: null, label: null, text: null, size: 3n },
    { image: image(new Uint8Array()), label: 1, text: 'x', size: -1n },
  ];
  const dataset = images(rows, {
    text: { type: 'value', dtype: 'string' },
    size: { type: 'value', dtype: 'int64', bigint: true },
  });
  const progress: number[] = [];
  const stats = await datasetStats(dataset, {
    countTokens: (text) => text.length,
    onProgress: (done) => progress.push(done),
  });
  expect(stats).toMatchObject({ name: 'zoo', split: 'train', rows: 5, brokenRows: 2 });
  expect(progress.at(-1)).toBe(5);
  expect(stats.columns.image).toMatchObject({
    count: 4,
    missing: 1,
    broken: 2,
    formats: { png: 2, jpeg: 1 },
    channels: { 3: 2 },
    sizes: 2,
    pixels: 24 + 72,
    width: { min: 6, max: 6 },
    height: { min: 4, median: 8, max: 12 },
    aspect: { min: 0.5, max: 1.5 },
    bytes: { total: good.length + jpeg.length + 40, min: 40 },
  });
  expect(stats.columns.label).toEqual({
    type: 'classLabel',
    classes: [
      { name: 'ant', count: 1 },
      { name: 'bee', count: 3 },
      { name: 'cat', count: 0 },
    ],
    missing: 1,
    invalid: 0,
  });
  expect(stats.columns.text).toMatchObject({
    count: 4,
    missing: 1,
    empty: 1,
    characters: { min: 1, max: 7 },
    words: { max: 2 },
    tokens: { max: 7 },
  });
  expect(stats.columns.size).toMatchObject({ count: 4, missing: 1, min: -1, max: 5, mean: 2, std: Math.sqrt(5) });
  expect(stats.broken.map(({ row, column }) => [row, column])).toEqual([
    [2, 'image'],
    [4, 'image'],
  ]);
  expect(stats.broken[0]).toMatchObject({
    where: dataset.where(2),
    reason: expect.stringMatching(/^the image \(40 bytes\) cannot be decoded/),
  });
  const text = formatStats(stats);
  expect(text).toContain('2 broken rows:');
  expect(text).toContain('1 without rows');
  expect(text).toMatch(/bee █{30} 3 {2}75\.0 %/);
  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
});

test('the statistics of no rows are zeros, not NaN', async () => {
  const stats = await datasetStats(images([]));
  expect(stats).toMatchObject({
    rows: 0,
    brokenRows: 0,
    columns: { image: { count: 0, mean: [], std: [], pixels: 0 } },
  });
  expect(formatStats(stats)).not.toContain('NaN');
  expect(meanStdOf(stats)).toBeUndefined();
});

test('mean_std.json says the numbers and of what they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier stats '));
  try {
    const file = await png(Uint8Array.of(0, 255), { height: 1, width: 2, channels: 1 });
    const dataset = images([{ image: image(file), label: 0 }]);
    const values = meanStdOf(await datasetStats(dataset));
    const path = await writeMeanStd(folder, values!);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      mean: [0.5],
      std: [0.5],
      dataset: 'zoo',
      split: 'train',
      column: 'image',
      images: 1,
      pixels: 2,
      fingerprint: dataset.fingerprint,
    });
    await expect(writeMeanStd(path, values!)).rejects.toThrow('Cannot write');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the format is told by the first bytes', async () => {
  const pixels = sharp(testPixels(0, { height: 8, width: 8, channels: 3 }), {
    raw: { width: 8, height: 8, channels: 3 },
  });
  for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)
    expect(imageFormat(await pixels.clone().toFormat(format).toBuffer())).toBe(format);
  expect(imageFormat(new TextEncoder().encode('<html>'))).toBe('unknown');
});

test('a contact sheet has a line a class, the same for the same seed', async () => {
  // Every class has a colour of its own; class 2 has no rows, class 1 only one that can be decoded.
  const colours = [Uint8Array.of(200, 0, 0), Uint8Array.of(0, 0, 200)];
  const flat = (label: number) =>
    png(
      Uint8Array.from({ length: 48 }, (_, i) => colours[label]![i % 3]!),
      { height: 4, width: 4, channels: 3 },
    );
  const [red, blue] = [await flat(0), await flat(1)];
  const rows = [0, 0, 0, 1, 1].map((label, i) => ({
    label,
    image: image(i === 3 ? red.subarray(0, 30) : label === 0 ? red : blue),
  }));
  const dataset = images(rows);
  const sheet = await contactSheet(dataset, { perClass: 2, seed: 1 });
  expect(await contactSheet(dataset, { perClass: 2, seed: 1 })).toEqual(sheet);
  const { data, info } = await sharp(sheet).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const count = (colour: Uint8Array) => {
    let found = 0;
    for (let i = 0; i < data.length; i += info.channels) if (colour.every((value, c) => data[i + c] === value)) found++;
    return found;
  };
  // A picture of 4 × 4 is drawn 21 times as large.
  expect(count(colours[0]!)).toBe(2 * 84 * 84);
  expect(count(colours[1]!)).toBe(84 * 84);
  await expect(contactSheet(images([]))).rejects.toThrow(UserError);
});
