import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { drawDigit } from './draw.js';
import { generateDigits } from './generate.js';
import { digitsFile, ensureDigits } from './store.js';

let folder = '';
let path = '';
const small = { seed: 5, train: 100, test: 50 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digits-'));
  path = await ensureDigits({ ...small, folder: join(folder, 'digits') });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('ensureDigits', () => {
  test('writes the columns of ylecun/mnist', async () => {
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(digitsFile(path, 'train')));
    expect(metadata.num_rows).toBe(100n);
    // As pyarrow prints the Hub's file: optional group image { optional binary bytes; optional binary path (String) }; optional int64 label.
    expect(
      metadata.schema.map(({ name, type, repetition_type, converted_type, num_children }) => [
        name,
        type,
        repetition_type,
        converted_type,
        num_children,
      ]),
    ).toEqual([
      ['schema', undefined, 'REQUIRED', undefined, 2],
      ['image', undefined, 'OPTIONAL', undefined, 2],
      ['bytes', 'BYTE_ARRAY', 'OPTIONAL', undefined, undefined],
      ['path', 'BYTE_ARRAY', 'OPTIONAL', 'UTF8', undefined],
      ['label', 'INT64', 'OPTIONAL', undefined, undefined],
    ]);
    const hub = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
    expect(hub).toBe(
      '{"info":{"features":{"image":{"_type":"Image"},"label":{"names":["0","1","2","3","4","5","6","7","8","9"],"_type":"ClassLabel"}}}}',
    );
  });

  test('rows decode to the drawn pixels, with classes in balance', async () => {
    const file = await asyncBufferFromFile(digitsFile(path, 'test'));
    const rows = await parquetReadObjects({ file, utf8: false });
    const counts = new Array<number>(10).fill(0);
    for (const [index, row] of rows.entries()) {
      const digit = drawDigit({ seed: 5, split: 'test', index });
      expect(row.label).toBe(BigInt(digit.label));
      expect(row.image.path ?? null).toBeNull();
      const { data, info } = await sharp(row.image.bytes)
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { channels } = await sharp(row.image.bytes).metadata();
      expect([info.width, info.height, channels]).toEqual([28, 28, 1]);
      expect(Buffer.compare(data, digit.pixels)).toBe(0);
      counts[digit.label]!++;
    }
    expect(counts).toEqual(new Array(10).fill(5));
  });

  test('the card counts what the files hold', async () => {
    const card = parse((await readFile(join(path, 'README.md'), 'utf8')).split('---')[1]!);
    expect(card.dataset_info.splits.map((split: { num_examples: number }) => split.num_examples)).toEqual([100, 50]);
    expect(card.dataset_info.features[1].dtype.class_label.names['7']).toBe('7');
    const sizes = await Promise.all(
      (['train', 'test'] as const).map(async (split) => (await stat(digitsFile(path, split))).size),
    );
    expect(card.dataset_info.download_size).toBe(sizes[0]! + sizes[1]!);
  });

  test('the same seed makes the same bytes, another one others', async () => {
    const again = await ensureDigits({ ...small, folder: join(folder, 'again') });
    const other = await ensureDigits({ ...small, seed: 6, folder: join(folder, 'other') });
    const bytes = await readFile(digitsFile(path, 'train'));
    expect(Buffer.compare(bytes, await readFile(digitsFile(again, 'train')))).toBe(0);
    expect(Buffer.compare(bytes, await readFile(digitsFile(other, 'train')))).not.toBe(0);
  });

  test('a whole set is kept; a damaged one, or one of another size, is made anew', async () => {
    const place = join(folder, 'renewed');
    await ensureDigits({ ...small, folder: place });
    const before = (await stat(digitsFile(place, 'train'))).mtimeMs;
    await ensureDigits({ ...small, folder: place });
    expect((await stat(digitsFile(place, 'train'))).mtimeMs).toBe(before);

    await truncate(digitsFile(place, 'test'), 1000);
    await ensureDigits({ ...small, folder: place });
    expect((await parquetReadObjects({ file: await asyncBufferFromFile(digitsFile(place, 'test')) })).length).toBe(50);
    await ensureDigits({ ...small, test: 20, folder: place });
    expect((await parquetReadObjects({ file: await asyncBufferFromFile(digitsFile(place, 'test')) })).length).toBe(20);
  });

  test('two processes that start at once both end with a whole set, and leave nothing else', async () => {
    const assets = join(folder, 'race');
    await mkdir(assets);
    const script = join(folder, 'ask.mts');
    await writeFile(
      script,
      `import { ensureDigits } from ${JSON.stringify(import.meta.resolve('./store.ts'))};
       console.log(await ensureDigits({ seed: 1, train: 60, test: 20, folder: ${JSON.stringify(join(assets, 'digits'))} }));`,
    );
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const ask = () => promisify(execFile)(process.execPath, ['--import', tsx, script]);
    const answers = await Promise.all([ask(), ask()]);
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual([join(assets, 'digits'), join(assets, 'digits')]);
    expect(await readdir(assets)).toEqual(['digits']);
    expect((await readdir(join(assets, 'digits'), { recursive: true })).length).toBe(4);
  });

  test('a place that cannot be written is told by name', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(ensureDigits({ ...small, folder: join(file, 'digits') })).rejects.toThrow(
      `cannot make the built-in digits in ${join(file, 'digits')}`,
    );
  });
});

describe('generateDigits', () => {
  test('tells its progress and refuses counts that are none', async () => {
    const seen: [number, number][] = [];
    await generateDigits({ seed: 1, train: 90, test: 20, onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [100, 110],
      [110, 110],
    ]);
    await expect(generateDigits({ train: 1.5 })).rejects.toThrow(
      'digits: train must be a whole number from 0, not 1.5',
    );
  });
});
