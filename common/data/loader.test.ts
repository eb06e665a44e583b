import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../utils/index.js';
import { type ImageDataset, openDataset } from './dataset.js';
import { createLoader, type Loader, type LoaderOptions } from './loader.js';
import { sampleOrder } from './order.js';
import { CounterRandom } from './random.js';
import { type TestRow, temporaryFolder, testPixels, testRows, writeParquet } from './testData.js';
import { crop, drawRandomCrop } from './transforms/randomCrop.js';
import { WorkerPool } from './workerPool.js';

const shape = { height: 6, width: 5, channels: 3 };
const rows = await testRows(23, shape);
const augmented: LoaderOptions = {
  batchSize: 4,
  shuffle: true,
  seed: 11,
  transforms: [
    { name: 'randomCrop', padding: 2 },
    { name: 'flip', p: 0.5 },
    { name: 'affine', degrees: 20, translate: [0.2, 0.2] },
    { name: 'normalize', mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
  ],
};

const opened: Loader[] = [];
afterAll(async () => {
  await Promise.all(opened.map((loader) => loader.close()));
});

function loaderOf(dataset: ImageDataset, options: LoaderOptions): Loader {
  const loader = createLoader(dataset, options);
  opened.push(loader);
  return loader;
}

function datasetOf(all: readonly TestRow[] = rows): Promise<ImageDataset> {
  const folder = temporaryFolder();
  writeParquet(join(folder, 'train-00000-of-00001.parquet'), all);
  return openDataset(folder, 'train');
}

/** Every batch of an epoch as plain numbers; `slow` gives the threads time to start and to work ahead. */
async function read(loader: Loader, epoch: number, from = 0, slow = 0) {
  const batches: { image: number[]; shape: number[]; label: number[]; indices: number[] }[] = [];
  for await (const { image, label, indices } of loader.batches(epoch, from)) {
    batches.push({
      image: [...image.dataSync()],
      shape: image.shape,
      label: [...label.dataSync()],
      indices: [...indices],
    });
    if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
  }
  return batches;
}

test('batches are the rows in their order, cropped and normalised as by hand', async () => {
  const dataset = await datasetOf();
  const transforms = [
    { name: 'randomCrop', padding: 2 },
    { name: 'normalize', mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
  ] as const;
  const loader = loaderOf(dataset, { batchSize: 4, shuffle: true, seed: 5, workers: 0, transforms });
  const batches = await read(loader, 3);
  expect(loader.length).toBe(6);
  expect(batches.map((batch) => batch.shape)).toEqual([...Array(5).fill([4, 6, 5, 3]), [3, 6, 5, 3]]);
  expect(batches.flatMap((batch) => batch.indices)).toEqual([...sampleOrder(23, { shuffle: true, seed: 5, epoch: 3 })]);
  for (const batch of batches)
    for (const [i, row] of batch.indices.entries()) {
      expect(batch.label[i]).toBe(rows[row]!.label);
      const target = new Uint8Array(90);
      crop(testPixels(row, shape), shape, drawRandomCrop(transforms[0], new CounterRandom(5, 3, row, 0)), target);
      const expected = [...target].map((v, k) =>
        Math.fround((v / 255 - [0.4, 0.5, 0.6][k % 3]!) / [0.2, 0.3, 0.4][k % 3]!),
      );
      expect(batch.image.slice(i * 90, (i + 1) * 90)).toEqual(expected);
    }
});

test('0, 1 and 2 workers give the same batches, decoded or from the cache', async () => {
  const dataset = await datasetOf();
  const here = loaderOf(dataset, { ...augmented, workers: 0, cacheBytes: 0 });
  const expected = [await read(here, 0), await read(here, 1)];
  expect(expected[1]).not.toEqual(expected[0]);
  for (const workers of [1, 2]) {
    const loader = loaderOf(dataset, { ...augmented, workers, cacheBytes: workers === 1 ? 0 : 2 ** 20 });
    expect(await read(loader, 0, 0, 150)).toEqual(expected[0]);
    expect(await read(loader, 1)).toEqual(expected[1]);
    expect(await read(loader, 0)).toEqual(expected[0]);
  }
});

test('from = k gives the tail of the epoch', async () => {
  const loader = loaderOf(await datasetOf(), { ...augmented, workers: 1 });
  const all = await read(loader, 2, 0, 60);
  for (const from of [1, 4, 6]) expect(await read(loader, 2, from)).toEqual(all.slice(from));
});

test('dropLast leaves the part of a batch out; without shuffle rows come in their order', async () => {
  const loader = loaderOf(await datasetOf(), { batchSize: 5, dropLast: true, workers: 0 });
  const batches = await read(loader, 0);
  expect(loader.length).toBe(4);
  expect(batches.flatMap(({ indices }) => indices)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(batches[0]!.image.slice(0, 90)).toEqual([...testPixels(0, shape)].map((value) => Math.fround(value / 255)));
});

test('another size and grey: images are converted', async () => {
  const loader = loaderOf(await datasetOf(), { batchSize: 23, size: 4, channels: 1, workers: 0 });
  const [batch] = await read(loader, 0);
  expect(batch!.shape).toEqual([23, 4, 4, 1]);
});

test('images that only libvips reads are decoded in threads too', async () => {
  const raw = { width: 5, height: 6, channels: 3 } as const;
  const webp = rows.map(async (row, i) => ({
    ...row,
    bytes: await sharp(testPixels(i, shape), { raw }).webp({ lossless: true }).toBuffer(),
  }));
  const loader = loaderOf(await datasetOf(await Promise.all(webp)), { batchSize: 4, workers: 2, cacheBytes: 0 });
  for (const epoch of [0, 1])
    for (const { image, indices } of await read(loader, epoch, 0, 150))
      for (const [i, row] of indices.entries())
        expect(image.slice(i * 90, (i + 1) * 90)).toEqual([...testPixels(row, shape)].map((v) => Math.fround(v / 255)));
});

test('tensors are disposed when the next batch is asked for, and at an early end', async () => {
  const loader = loaderOf(await datasetOf(), { ...augmented, workers: 1 });
  const before = tf.memory().numTensors;
  for await (const { image } of loader.batches(0)) {
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(image.isDisposed).toBe(false);
  }
  for await (const _ of loader.batches(1)) break;
  expect(tf.memory().numTensors).toBe(before);
  // Slabs of the batches that were given up return: later epochs are whole.
  expect((await read(loader, 4)).length).toBe(6);
});

test.each([0, 2])('a broken image is an error with file and row, in its turn (%i workers)', async (workers) => {
  const broken = rows.map((row, i) => (i === 13 ? { ...row, bytes: row.bytes!.subarray(0, 60) } : row));
  const loader = loaderOf(await datasetOf(broken), { batchSize: 4, workers });
  let batches = 0;
  const run = async () => {
    for await (const _ of loader.batches(0)) {
      batches++;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const error = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).toMatch(/train-00000-of-00001\.parquet, row 13: the image \(60 bytes\) cannot be decoded/);
  expect(batches).toBe(3);
  expect((await read(loader, 0, 4)).length).toBe(2);
});

test('a thread that dies is an error with the image it was at', async () => {
  const dataset = await datasetOf();
  // A thread like ours that ends in the middle of its first image.
  const start = join(temporaryFolder(), 'dying.mjs');
  writeFileSync(
    start,
    `import { parentPort, workerData } from 'node:worker_threads';
     parentPort.on('message', ({ rows }) => { Atomics.store(new Int32Array(workerData.current), 0, rows[0]); process.exit(7); });
     parentPort.postMessage({ kind: 'ready' });`,
  );
  const spec = {
    segments: dataset.images.segments,
    files: dataset.files,
    shape,
    transforms: [],
    seed: 0,
    cache: undefined,
  };
  const pool = new WorkerPool(spec, 1, pathToFileURL(start));
  while (!pool.hasRoom) await new Promise((resolve) => setTimeout(resolve, 10));
  const result = pool.run({ epoch: 0, rows: Int32Array.of(9, 3), slab: new ArrayBuffer(720) });
  await expect(pool.wait(result)).rejects.toThrow(/worker thread ended \(exit code 7\) while it made .*parquet, row 9/);
  expect(pool.failure).toBeDefined();
  expect(pool.hasRoom).toBe(false);
  await pool.close();
});

test('closing ends an iteration; a closed loader says so', async () => {
  const loader = loaderOf(await datasetOf(), { ...augmented, workers: 1 });
  const run = async () => {
    for await (const _ of loader.batches(0)) await loader.close();
  };
  await expect(run()).rejects.toThrow('the loader is closed');
  await expect(loader.batches(0).next()).rejects.toThrow('the loader is closed');
});

test('options out of range are refused', async () => {
  const dataset = await datasetOf();
  expect(() => createLoader(dataset, { batchSize: 0 })).toThrow('batchSize is 0; it must be a whole number, 1 or more');
  expect(() => createLoader(dataset, { batchSize: 24, dropLast: true })).toThrow('batchSize is 24, but');
  expect(() => createLoader(dataset, { batchSize: 4, workers: -1 })).toThrow('workers is -1');
});

test('a process ends by itself after the last batch, a break, an error and a close', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const broken = rows.map((row, i) => (i === 20 ? { ...row, bytes: row.bytes!.subarray(0, 60) } : row));
  writeParquet(join(folder, 'good', 'train.parquet'), rows);
  writeParquet(join(folder, 'broken', 'train.parquet'), broken);
  const script = join(folder, 'script.mts');
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(
    script,
    `import { openDataset } from ${url('./dataset.ts')};
     import { createLoader } from ${url('./loader.ts')};
     const [mode, folder] = process.argv.slice(2);
     const loader = createLoader(await openDataset(folder, 'train'), { batchSize: 4, workers: 2 });
     try {
       for await (const { indices } of loader.batches(0)) {
         await new Promise((resolve) => setTimeout(resolve, 150));
         if (mode === 'break' && indices[0] >= 12) break;
       }
     } catch (error) {
       console.log(error.message);
     }
     if (mode === 'close') await loader.close();
     console.log('end of script');`,
  );
  const modes = ['all', 'break', 'error', 'close'];
  const ends = await Promise.all(
    modes.map((mode) => runScript([script, mode, join(folder, mode === 'error' ? 'broken' : 'good')])),
  );
  for (const [i, { code, output }] of ends.entries()) {
    expect(output, modes[i]).toContain('end of script');
    expect(code, modes[i]).toBe(0);
    if (modes[i] === 'error') expect(output).toContain('row 20: the image (60 bytes) cannot be decoded');
  }
});

/** Runs a script under tsx; code is null where it had to be killed. */
function runScript(args: string[]): Promise<{ code: number | null; output: string }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', tsx, ...args], { timeout: 40_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
