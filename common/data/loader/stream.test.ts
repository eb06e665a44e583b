import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Row, StreamingDataset } from '../dataset.js';
import { loadDataset } from '../loadDataset.js';
import { testPixels, testRows, writeParquet } from '../testData.js';
import { createLoader, type Loader, type LoaderOptions } from './index.js';

const shape = { height: 6, width: 5, channels: 3 };
const files = await testRows(23, shape);
const transforms = [{ name: 'randomCrop' as const, padding: 2 }, { name: 'flip' as const }];
const root = mkdtempSync(join(tmpdir(), 'atelier stream '));
const loaders: Loader[] = [];
let whole: StreamingDataset;

const open = (name: string) => loadDataset(join(root, name), { split: 'train', streaming: true });

beforeAll(async () => {
  writeParquet(join(root, 'whole', 'train.parquet'), files);
  const broken = files.map((row, i) => (i === 9 ? { ...row, bytes: row.bytes!.subarray(0, 60) } : row));
  writeParquet(join(root, 'broken', 'train.parquet'), broken);
  whole = await open('whole');
});
afterAll(async () => {
  await Promise.all(loaders.map((loader) => loader.close()));
  rmSync(root, { recursive: true });
});

function loaderOf(options: LoaderOptions, dataset: StreamingDataset<Row> = whole): Loader {
  const loader = createLoader(dataset, options);
  loaders.push(loader);
  return loader;
}

async function read(loader: Loader, epoch: number, from = 0, slow = 0) {
  const batches: { image: number[]; label: number[]; indices: number[]; number: number }[] = [];
  for await (const { image, label, indices, number } of loader.batches(epoch, from)) {
    const [values, labels] = [[...image.dataSync()], [...label.dataSync()]];
    batches.push({ image: values, label: labels, indices: [...indices], number });
    if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
  }
  return batches;
}

test('a stream gives the batches that the same rows in a data set give', async () => {
  const dataset = await loadDataset(join(root, 'whole'), { split: 'train' });
  const expected = createLoader(dataset, { batchSize: 4, transforms, seed: 3, workers: 0 });
  const all = await read(expected, 2);
  for (const workers of [0, 1, 2]) {
    const loader = loaderOf({ batchSize: 4, transforms, seed: 3, workers });
    expect(await read(loader, 2, 0, 100)).toEqual(all);
    expect(await read(loader, 2, 3)).toEqual(all.slice(3));
  }
  expect(loaderOf({ batchSize: 4 }).length).toBe(Number.POSITIVE_INFINITY);
});

test('shuffled, every row comes once, in another order in each epoch, also after a resume', async () => {
  const loader = loaderOf({ batchSize: 5, shuffle: true, shuffleBuffer: 10, workers: 0, seed: 8 });
  const epochs = [await read(loader, 0), await read(loader, 1)];
  // An image tells its row by its first value.
  const rowsOf = (batches: (typeof epochs)[0]) =>
    batches.flatMap(({ image, indices }) =>
      indices.map((_, i) =>
        files.findIndex((_f, row) =>
          testPixels(row, shape).every((v, k) => Math.fround(v / 255) === image[i * 90 + k]),
        ),
      ),
    );
  for (const batches of epochs) expect(rowsOf(batches).sort((a, b) => a - b)).toEqual(files.map((_, i) => i));
  expect(rowsOf(epochs[0]!)).not.toEqual(rowsOf(epochs[1]!));
  for (const { image, label, indices } of epochs[0]!)
    expect(label).toEqual(
      indices.map((_, i) => rowsOf([{ image: image.slice(i * 90), label, indices: [0], number: 0 }])[0]! % 3),
    );
  expect(await read(loader, 1, 2)).toEqual(epochs[1]!.slice(2));
});

test('length ends an epoch early; dropLast leaves out the rest', async () => {
  expect((await read(loaderOf({ batchSize: 4, length: 2, workers: 1 }), 0)).map(({ number }) => number)).toEqual([
    0, 1,
  ]);
  expect(await read(loaderOf({ batchSize: 4, dropLast: true, workers: 0 }), 0)).toHaveLength(5);
});

test.each([0, 1])('a broken image is named, or skipped (%i workers)', async (workers) => {
  const broken = await open('broken');
  await expect(read(loaderOf({ batchSize: 4, workers }, broken), 0, 0, 60)).rejects.toThrow(
    /train\.parquet, row 9: the image \(60 bytes\) cannot be decoded/,
  );
  const loader = loaderOf({ batchSize: 4, workers, onError: 'skip' }, broken);
  expect((await read(loader, 0, 0, 60)).flatMap(({ indices }) => indices)).not.toContain(9);
  expect(loader.skipped).toHaveLength(1);
});

test('what only a data set with rows can do is refused', () => {
  const sampler = { length: 1, indices: () => Int32Array.of(0) };
  expect(() => loaderOf({ batchSize: 4, sampler })).toThrow('a streaming data set has no rows to sample from');
});

test('leaving early closes the stream', async () => {
  const before = process.getActiveResourcesInfo().length;
  for await (const _ of loaderOf({ batchSize: 4, workers: 0, prefetch: 1 }).batches(0)) break;
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
});
