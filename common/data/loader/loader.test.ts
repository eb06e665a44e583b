import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import type { Dataset } from '../dataset.js';
import type { Features } from '../features.js';
import type { Image } from '../image.js';
import { datasetFromRows } from '../memoryDataset.js';
import { CounterRandom } from '../random.js';
import { random } from '../samplers/index.js';
import { testPixels, testRows } from '../testData.js';
import { applyCrop, drawRandomCrop } from '../transforms/index.js';
import { createLoader, type Loader, type LoaderOptions } from './index.js';
import { WorkerPool } from './workerPool.js';

interface TestRow {
  image: Image;
  label: number;
  [extra: string]: unknown;
}

const shape = { height: 6, width: 5, channels: 3 };
const files = await testRows(23, shape);
const classes = ['ant', 'bee', 'cat'];
const features: Features = { image: { type: 'image' }, label: { type: 'classLabel', names: classes } };
const rowOf = (bytes: Uint8Array, i: number): TestRow => ({ image: { bytes, path: null }, label: i % 3 });
const rows = files.map(({ bytes }, i) => rowOf(bytes ?? new Uint8Array(), i));
const augmented = {
  ...{ batchSize: 4, shuffle: true, seed: 11 },
  transforms: [
    { name: 'randomCrop', padding: 2 },
    { name: 'flip', p: 0.5 },
    { name: 'affine', degrees: 20, translate: [0.2, 0.2] },
    { name: 'normalize', mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
  ],
} satisfies LoaderOptions;

const opened: Loader[] = [];
const folder = mkdtempSync(join(tmpdir(), 'atelier loader é '));
afterAll(async () => {
  await Promise.all(opened.map((loader) => loader.close()));
  rmSync(folder, { recursive: true });
});

function datasetOf(all: readonly TestRow[] = rows, extra: Features = {}): Dataset<TestRow> {
  return datasetFromRows(all, { features: { ...features, ...extra }, name: 'test' });
}

function loaderOf(options: LoaderOptions<TestRow>, all: readonly TestRow[] = rows): Loader {
  const loader = createLoader(datasetOf(all), options);
  opened.push(loader);
  return loader;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every batch of an epoch as plain numbers; `slow` gives the threads time to start and to work ahead. */
async function read(loader: Loader, epoch: number, from = 0, slow = 0) {
  const batches: { image: number[]; shape: number[]; label: number[]; indices: number[]; number: number }[] = [];
  for await (const { image, label, indices, number } of loader.batches(epoch, from)) {
    const [values, labels] = [[...image.dataSync()], [...label.dataSync()]];
    batches.push({ image: values, shape: image.shape, label: labels, indices: [...indices], number });
    if (slow > 0) await pause(slow);
  }
  return batches;
}

const scaled = (row: number) => [...testPixels(row, shape)].map((value) => Math.fround(value / 255));

test('batches are the rows in their order, cropped and normalised as by hand', async () => {
  const [mean, std] = [
    [0.4, 0.5, 0.6],
    [0.2, 0.3, 0.4],
  ];
  const transforms = [
    { name: 'randomCrop' as const, padding: 2 },
    { name: 'normalize' as const, mean, std },
  ];
  const loader = loaderOf({ batchSize: 4, shuffle: true, seed: 5, workers: 0, transforms });
  const batches = await read(loader, 3);
  expect(loader.length).toBe(6);
  expect(batches.map((batch) => batch.shape)).toEqual([...Array(5).fill([4, 6, 5, 3]), [3, 6, 5, 3]]);
  expect(batches.map((batch) => batch.number)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(batches.flatMap((batch) => batch.indices)).toEqual([...random(23, { seed: 5 }).indices(3)]);
  const [crop] = loader.transforms;
  if (crop?.name !== 'randomCrop') throw new Error('the first transform is the crop');
  for (const batch of batches)
    for (const [i, row] of batch.indices.entries()) {
      expect(batch.label[i]).toBe(row % 3);
      const drawn = drawRandomCrop(crop, new CounterRandom(5, 3, row, 0), shape);
      const { data } = applyCrop({ ...shape, data: testPixels(row, shape) }, drawn);
      const expected = [...data].map((v, k) => Math.fround((v / 255 - mean[k % 3]!) / std[k % 3]!));
      expect(batch.image.slice(i * 90, (i + 1) * 90)).toEqual(expected);
    }
});

test('0, 1, 2 and 4 workers give the same batches, decoded or from the cache', async () => {
  const here = loaderOf({ ...augmented, workers: 0, cacheBytes: 0 });
  const expected = [await read(here, 0), await read(here, 1)];
  expect(expected[1]).not.toEqual(expected[0]);
  for (const workers of [1, 2, 4]) {
    const loader = loaderOf({ ...augmented, workers, cacheBytes: workers === 1 ? 0 : 2 ** 20 });
    expect(await read(loader, 0, 0, 150)).toEqual(expected[0]);
    expect(await read(loader, 1)).toEqual(expected[1]);
    expect(await read(loader, 0)).toEqual(expected[0]);
  }
});

test('from = k gives the tail of the epoch', async () => {
  const loader = loaderOf({ ...augmented, workers: 1 });
  const all = await read(loader, 2, 0, 60);
  for (const from of [1, 4, 6]) expect(await read(loader, 2, from)).toEqual(all.slice(from));
});

test('dropLast leaves the part of a batch out; without shuffle rows come in their order', async () => {
  const loader = loaderOf({ batchSize: 5, dropLast: true, workers: 0 });
  const batches = await read(loader, 0);
  expect(loader.length).toBe(4);
  expect(batches.flatMap(({ indices }) => indices)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(batches[0]!.image.slice(0, 90)).toEqual(scaled(0));
});

test('a sampler says which rows come, and how often', async () => {
  const sampler = {
    length: 6,
    indices: (epoch: number, from = 0) => Int32Array.of(7, 7, 2, epoch, 0, 3).subarray(from),
  };
  const loader = loaderOf({ batchSize: 4, sampler, workers: 0 });
  expect((await read(loader, 9)).map(({ indices }) => indices)).toEqual([
    [7, 7, 2, 9],
    [0, 3],
  ]);
  expect((await read(loader, 9, 1)).map(({ indices }) => indices)).toEqual([[0, 3]]);
  await expect(read(loader, 23)).rejects.toThrow('the sampler gave row 23; test has 23 rows');
  expect(() => loaderOf({ batchSize: 4, sampler, shuffle: true })).toThrow('leave out shuffle');
});

test('images of several sizes are brought to one; without a transform that does it, the odd one is named', async () => {
  const odd = rowOf((await testRows(1, { height: 9, width: 12, channels: 3 }))[0]!.bytes!, 0);
  const mixed = [...rows.slice(0, 5), odd];
  const resized = loaderOf(
    { batchSize: 6, transforms: [{ name: 'resize', size: [4, 4] }], channels: 1, workers: 0 },
    mixed,
  );
  expect((await read(resized, 0))[0]!.shape).toEqual([6, 4, 4, 1]);
  await expect(read(loaderOf({ batchSize: 6, workers: 0 }, mixed), 0)).rejects.toThrow(/row 5.*(9|12)/);
});

test('every view of a multi-crop is a tensor of its own', async () => {
  const view = (size: number, count: number) => ({ count, transforms: [{ name: 'randomResizedCrop' as const, size }] });
  const transforms = [{ name: 'multiCrop' as const, crops: [view(4, 2), view(2, 1)] }];
  const options = { batchSize: 3, transforms };
  const shapes: number[][][] = [];
  const values: number[][][] = [];
  for (const workers of [0, 1]) {
    const loader = loaderOf({ ...options, workers });
    expect(await loader.prepare()).toEqual([4, 4, 2].map((side) => ({ height: side, width: side, channels: 3 })));
    for await (const { views, image, number } of loader.batches(0)) {
      expect(views[0]).toBe(image);
      if (number === 0) {
        shapes.push(views.map((tensor) => tensor.shape));
        values.push(views.map((tensor) => [...tensor.dataSync()]));
      }
      await pause(60);
    }
  }
  expect(shapes[0]).toEqual([
    [3, 4, 4, 3],
    [3, 4, 4, 3],
    [3, 2, 2, 3],
  ]);
  expect(values[1]).toEqual(values[0]);
  // View 0 of image 1 is what a loader of that image alone gives.
  const alone = loaderOf({ ...options, batchSize: 1, workers: 0 });
  for await (const { views, number } of alone.batches(0))
    if (number === 1)
      for (const [v, tensor] of views.entries())
        expect([...tensor.dataSync()]).toEqual(values[0]![v]!.slice(tensor.size, 2 * tensor.size));
});

test('extra columns come with the batch; any whole number can be the label, or none', async () => {
  const extra: Features = { name: { type: 'value', dtype: 'string' }, group: { type: 'value', dtype: 'int64' } };
  const wide = rows.map((row, i) => ({ ...row, name: `no ${i}`, group: 100 + i }));
  const dataset = datasetFromRows(wide, { features: { ...features, ...extra } });
  const loader = createLoader(dataset, {
    batchSize: 8,
    label: 'group',
    columns: ['name', 'label'],
    workers: 0,
    shuffle: true,
  });
  for await (const { columns, label, indices } of loader.batches(0)) {
    const names: readonly string[] = columns.name;
    expect(names).toEqual([...indices].map((i) => `no ${i}`));
    expect(columns.label).toEqual([...indices].map((i) => i % 3));
    expect([...label.dataSync()]).toEqual([...indices].map((i) => 100 + i));
  }
  const none = createLoader(dataset, { batchSize: 23, label: null, workers: 0 });
  expect((await read(none, 0))[0]!.label).toEqual(Array(23).fill(-1));
  const wrong = (options: object) => () => createLoader(dataset, { batchSize: 1, ...options });
  expect(wrong({ label: 'name' })).toThrow('the column "name" holds no class labels or whole numbers');
  expect(wrong({ image: 'label' })).toThrow('the column "label" holds no images but classLabel');
  expect(wrong({ columns: ['nam'] })).toThrow('no column "nam". Did you mean "name"');
});

test('images that only libvips reads are decoded in threads too', async () => {
  const raw = { width: 5, height: 6, channels: 3 } as const;
  const webp = rows.map(async (_, i) =>
    rowOf(await sharp(testPixels(i, shape), { raw }).webp({ lossless: true }).toBuffer(), i),
  );
  const loader = loaderOf({ batchSize: 4, workers: 2, cacheBytes: 0 }, await Promise.all(webp));
  for (const epoch of [0, 1])
    for (const { image, indices } of await read(loader, epoch, 0, 150))
      for (const [i, row] of indices.entries()) expect(image.slice(i * 90, (i + 1) * 90)).toEqual(scaled(row));
});

test('tensors are disposed when the next batch is asked for, and at an early end', async () => {
  const loader = loaderOf({ ...augmented, workers: 1 });
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

test('what was computed or cloned from a batch outlives it', async () => {
  await import('../../backend/index.js');
  const kept: { clone: tf.Tensor; sum: tf.Tensor; indices: Int32Array }[] = [];
  for await (const { image, indices } of loaderOf({ batchSize: 4, workers: 0, prefetch: 1 }).batches(0))
    kept.push({ clone: image.clone(), sum: image.sum([1, 2, 3]), indices });
  for (const { clone, sum, indices } of kept) {
    expect([...clone.dataSync()]).toEqual([...indices].flatMap(scaled));
    const sums = [...indices].map((row) => scaled(row).reduce((a, b) => a + b, 0));
    expect(Math.max(...sum.dataSync().map((value, i) => Math.abs(value - sums[i]!)))).toBeLessThan(1e-3);
    tf.dispose([clone, sum]);
  }
});

const broken = rows.map((row, i) => (i === 13 || i === 2 ? rowOf(row.image.bytes.subarray(0, 60), i) : row));

test.each([0, 2])('a broken image is an error with its row, in its turn (%i workers)', async (workers) => {
  const all = broken.map((row, i) => (i === 2 ? rows[2]! : row));
  const loader = loaderOf({ batchSize: 4, workers }, all);
  let batches = 0;
  const run = async () => {
    for await (const _ of loader.batches(0)) {
      batches++;
      await pause(200);
    }
  };
  const error = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).toMatch(/row 13.*: the image \(60 bytes\) cannot be decoded/);
  expect(batches).toBe(3);
  expect((await read(loader, 0, 4)).length).toBe(2);
});

test.each([0, 2])(
  'onError: skip leaves broken images out of their batches, and lists them once (%i workers)',
  async (workers) => {
    const skip = { batchSize: 4, workers, onError: 'skip' as const };
    const loader = loaderOf(skip, broken);
    const whole = await read(loader, 0, 0, 100);
    const expected = Array.from({ length: 23 }, (_, i) => i).filter((i) => i !== 2 && i !== 13);
    expect(whole.flatMap(({ indices }) => indices)).toEqual(expected);
    expect(whole.map(({ indices }) => indices.length)).toEqual([3, 4, 4, 3, 4, 3]);
    for (const { image, indices, label } of whole) {
      expect(image).toEqual(indices.flatMap(scaled));
      expect(label).toEqual(indices.map((row) => row % 3));
    }
    // A resume gives the same rest.
    expect(await read(loader, 0, 3)).toEqual(whole.slice(3));
    expect(loader.skipped.map(({ where }) => where)).toEqual([
      expect.stringMatching(/row 2\b/),
      expect.stringMatching(/row 13\b/),
    ]);
    expect(loader.skipped[0]!.reason).toContain('cannot be decoded');
    // A batch of broken images only does not come; the next keeps its number.
    const single = await read(loaderOf({ ...skip, batchSize: 1 }, broken), 0);
    expect(single.map(({ number }) => number)).toEqual(expected);
  },
);

test('a thread that dies is an error with the image it was at', async () => {
  // A thread like ours that ends in the middle of its second image.
  const start = join(folder, 'dying.mjs');
  writeFileSync(
    start,
    `import { parentPort, workerData } from 'node:worker_threads';
     parentPort.on('message', ({ kind }) => { if (kind === 'setup') return parentPort.postMessage({ kind: 'ready' });
       Atomics.store(new Int32Array(workerData.current), 0, 1); process.exit(7); });`,
  );
  const pool = new WorkerPool(1, pathToFileURL(start));
  pool.setup({
    ...{
      source: undefined,
      transforms: [],
      input: { channels: 3 },
      seed: 0,
      maxPixels: 1,
      skip: false,
      cache: undefined,
    },
  });
  while (!pool.hasRoom) await pause(10);
  const batch = { epoch: 0, rows: Int32Array.of(9, 3) };
  const result = pool.run({ batch, slab: new ArrayBuffer(720), where: (at) => `file, row ${batch.rows[at]}` });
  await expect(pool.wait(result)).rejects.toThrow(/worker thread ended \(exit code 7\) while it made file, row 3$/);
  expect(pool.failure).toBeDefined();
  expect(pool.hasRoom).toBe(false);
  await pool.close();
});

test('closing ends an iteration; a closed loader says so', async () => {
  const loader = loaderOf({ ...augmented, workers: 1 });
  const run = async () => {
    for await (const _ of loader.batches(0)) await loader.close();
  };
  await expect(run()).rejects.toThrow('the loader is closed');
  await expect(loader.batches(0).next()).rejects.toThrow('the loader is closed');
});

test('options out of range are refused', () => {
  expect(() => loaderOf({ batchSize: 0 })).toThrow('batchSize is 0; it must be a whole number, 1 or more');
  expect(() => loaderOf({ batchSize: 24, dropLast: true })).toThrow('batchSize is 24, but');
  expect(() => loaderOf({ batchSize: 4, workers: -1 })).toThrow('workers is -1');
  expect(() => loaderOf({ batchSize: 4, maxPixels: 0.5 })).toThrow('maxPixels is 0.5');
});

test('too large an image is refused by its header, naming the option', async () => {
  const loader = loaderOf({ batchSize: 4, workers: 0, maxPixels: 29 });
  await expect(read(loader, 0)).rejects.toThrow(/row 0.*: the image is too large: 5 × 6 pixels.*"maxPixels"/);
});

test('a process ends by itself after the last batch, a break, an error and a close', { timeout: 60_000 }, async () => {
  const script = join(folder, 'script.mts');
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  writeFileSync(
    script,
    `import { datasetFromRows } from ${url('../memoryDataset.ts')};
     import { createLoader } from ${url('./createLoader.ts')};
     const [mode] = process.argv.slice(2);
     const files = ${JSON.stringify(rows.map(({ image }) => Buffer.from(image.bytes).toString('base64')))};
     const rows = files.map((text) => Buffer.from(text, 'base64')).map((bytes, i) => ({ image: { bytes: mode === 'error' && i === 20 ? bytes.subarray(0, 60) : bytes, path: null }, label: i % 3 }));
     const features = { image: { type: 'image' }, label: { type: 'classLabel', names: ['a', 'b', 'c'] } };
     const loader = createLoader(datasetFromRows(rows, { features }), { batchSize: 4, workers: 2 });
     process.on('SIGINT', () => process.exit(130));
     try {
       for await (const { indices } of loader.batches(0)) {
         await new Promise((resolve) => setTimeout(resolve, 150));
         if (mode === 'interrupt' && indices[0] >= 12) process.kill(process.pid, 'SIGINT');
         if (mode === 'break' && indices[0] >= 12) break;
       }
     } catch (error) {
       console.log(error.message);
     }
     if (mode === 'close') {
       await loader.close();
       console.log('left:', process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|Timeout/.test(name)).join());
     }
     console.log('end of script');`,
  );
  const modes = ['all', 'break', 'error', 'close', 'interrupt'];
  const ends = await Promise.all(modes.map((mode) => runScript([script, mode])));
  for (const [i, { code, output }] of ends.entries()) {
    expect(code, `${modes[i]}: ${output}`).toBe(modes[i] === 'interrupt' ? 130 : 0);
    if (modes[i] !== 'interrupt') expect(output, modes[i]).toContain('end of script');
    if (modes[i] === 'close') expect(output).toMatch(/left: *\n/);
    if (modes[i] === 'error') expect(output).toMatch(/row 20.*: the image \(60 bytes\) cannot be decoded/);
  }
});

/** Runs a script under tsx; code is null where it had to be killed. */
function runScript(args: string[]): Promise<{ code: number | null; output: string }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', tsx, ...args], { timeout: 50_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
