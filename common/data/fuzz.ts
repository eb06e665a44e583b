// For the fuzz tests: mutations of files, the same in every run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { messageOf, UserError } from '../utils/index.js';
import { datasetSplits, loadDataset } from './loadDataset.js';
import { CounterRandom } from './random.js';
import { temporaryFolder } from './testData.js';
import { rowsOf } from './testFiles.js';

/** A file with some bytes changed, inserted, removed, repeated or cut. */
export function mutate(content: Uint8Array, seed: number): Buffer {
  const random = new CounterRandom(0x66757a7a, seed);
  let bytes = Buffer.from(content);
  const times = 1 + random.integer(3);
  for (let i = 0; i < times; i++) {
    const at = random.integer(bytes.length);
    const length = 1 + random.integer(Math.min(16, bytes.length - at));
    const kind = random.integer(6);
    if (kind === 0) bytes[at] = bytes[at]! ^ (1 << random.integer(8));
    else if (kind === 1) for (let k = 0; k < length; k++) bytes[at + k] = random.integer(256);
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else bytes.fill(random.integer(2) * 255, at, at + length);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

/** What became of reading mutated files. */
export interface FuzzResult {
  refused: number;
  same: number;
  other: number;
}

/**
 * Reads `count` mutations of a file as a data set, by rows, labels and images. Whatever is thrown must be a UserError that names the file;
 * a read must end within seconds; a label that is given out must be one of the classes.
 */
export async function fuzz(
  name: string,
  content: Uint8Array,
  count: number,
  options: { from?: number; streaming?: boolean } = {},
): Promise<FuzzResult> {
  const folder = temporaryFolder();
  const file = join(folder, name);
  writeFileSync(file, content);
  const right = await read(folder, options.streaming === true);
  const result = { refused: 0, same: 0, other: 0 };
  for (let seed = options.from ?? 0; seed < (options.from ?? 0) + count; seed++) {
    writeFileSync(file, mutate(content, seed));
    const start = performance.now();
    const found = await read(folder, options.streaming === true).catch((error: unknown) => error);
    const seconds = (performance.now() - start) / 1000;
    expect(seconds, `seed ${seed} takes ${seconds} s`).toBeLessThan(10);
    if (found === right) result.same++;
    else if (typeof found === 'string') result.other++;
    else {
      expect(found, `seed ${seed}: ${found instanceof Error ? found.stack : found}`).toBeInstanceOf(UserError);
      expect(messageOf(found), `seed ${seed}`).toContain(folder);
      result.refused++;
    }
  }
  return result;
}

async function read(folder: string, streaming: boolean): Promise<string> {
  const [split = 'train'] = await datasetSplits(folder);
  if (streaming) return show(await rowsOf(await loadDataset(folder, { split, streaming: true })));
  const dataset = await loadDataset(folder, { split });
  const rows = await rowsOf(dataset);
  for (const [name, feature] of Object.entries(dataset.features)) {
    if (feature.type === 'image') await dataset.imageSource(name);
    if (feature.type === 'classLabel') {
      for (const label of await dataset.labels(name)) expect(label >= 0 && label < feature.names.length).toBe(true);
    }
  }
  return show(rows);
}

function show(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_, value) =>
    typeof value === 'bigint'
      ? `${value}n`
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('base64')
        : value,
  );
}

/** Files of every format. */
export function fuzzFiles(): Record<string, Uint8Array> {
  const fixtures = join(import.meta.dirname, 'fixtures', 'parquet');
  const parquet = (name: string) => readFileSync(join(fixtures, `${name}.parquet`));
  const rows = Array.from({ length: 30 }, (_, i) => ({
    id: i,
    text: `line ${i} é`,
    ok: i % 2 === 0,
    list: [i, i / 2],
    in: { x: 'y' },
  }));
  const csv = rows.map(({ id, text, ok }) => `${id},"${text}, ""q""\n",${ok},${id / 3}`).join('\n');
  return {
    ...Object.fromEntries(
      ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'delta', 'checksums'].map((name) => [
        `${name}.parquet`,
        parquet(name),
      ]),
    ),
    'train.jsonl': Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')),
    'train.json': Buffer.from(JSON.stringify(rows, null, 1)),
    'train.csv': Buffer.from(`id,text,ok,number\n${csv}\n`),
  };
}
