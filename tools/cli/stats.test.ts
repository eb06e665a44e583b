// stats and split as a person types them, in processes of their own, on a small image folder.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAtelier } from './testing/atelier.js';

let root: string;
let data: string;

/** A flat 8 × 6 picture, brighter from image to image. */
const flat = (value: number) =>
  sharp({ create: { width: 8, height: 6, channels: 3, background: { r: value, g: 51, b: 255 - value } } })
    .png()
    .toBuffer();

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "atelier stats it's ü-")));
  data = join(root, 'assets', 'datasets', 'ada', 'insects');
  for (const [c, name] of ['ants', 'bees'].entries()) {
    mkdirSync(join(data, 'train', name), { recursive: true });
    mkdirSync(join(data, 'test', name), { recursive: true });
    for (let i = 0; i < 12; i++)
      writeFileSync(join(data, 'train', name, `p${i >> 1}_${i}.png`), await flat(100 * c + 5 * i));
  }
  writeFileSync(join(data, 'test', 'ants', 'same.png'), await flat(5));
  writeFileSync(join(data, 'test', 'bees', 'other.png'), await flat(200));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const atelier = (...args: string[]) =>
  startAtelier(args, { ATELIER_ASSETS: join(root, 'assets'), COLUMNS: '100' }, root).done;

test('stats: counts, mean_std.json of the train split, contact sheets, duplicates', async () => {
  const { code, stdout, stderr } = await atelier('stats', 'ada/insects', '--duplicates');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('ada/insects, train: 24 rows');
  expect(stdout).toMatch(/ants █{30} 12 {2}50\.0 %/);
  expect(stdout).toContain('all 8 × 6');
  expect(stdout).toContain('1 of 2 rows of test are also in train.');
  expect(stdout).toContain(
    'same picture: train/ants/p0_1.png (train, ants) = test/ants/same.png (test, ants)'.replace('picture', 'file'),
  );
  const written = JSON.parse(readFileSync(join(data, 'mean_std.json'), 'utf8'));
  // Reds are 0, 5 … 55 and 100, 105 … 155; greens are all 51.
  expect(written.mean[0]).toBeCloseTo(77.5 / 255, 12);
  expect(written.mean[1]).toBeCloseTo(0.2, 12);
  expect(written.std[1]).toBeCloseTo(0, 12);
  expect(written).toMatchObject({ split: 'train', images: 24, pixels: 24 * 48 });
  const sheets = join(root, 'assets', 'outputs', 'stats', 'ada', 'insects');
  expect(readdirSync(sheets).sort()).toEqual(['contact_sheet_test.png', 'contact_sheet_train.png']);
  expect((await sharp(join(sheets, 'contact_sheet_train.png')).metadata()).format).toBe('png');
});

test('stats: a broken file is named and is exit code 1, unless it is allowed; the statistics of a test split are not written', async () => {
  const broken = join(data, 'test', 'bees', 'cut.png');
  writeFileSync(broken, (await flat(9)).subarray(0, 60));
  const [plain, allowed] = await Promise.all([
    atelier('stats', data, '--split', 'test', '--no-sheet', '--json'),
    atelier('stats', data, '--split', 'test', '--no-sheet', '--allow-broken', '--output', join(root, 'out')),
  ]);
  rmSync(broken);
  expect(plain.code).toBe(1);
  const { splits, files } = JSON.parse(plain.stdout);
  expect(splits[0]).toMatchObject({ rows: 3, brokenRows: 1, columns: { image: { broken: 1 } } });
  expect(splits[0].broken[0].where).toContain(join('bees', 'cut.png'));
  expect(splits[0].broken[0].reason).toMatch(/^the image \(60 bytes\) cannot be decoded/);
  expect(files).toEqual([]);
  expect(allowed).toMatchObject({ code: 0, stderr: '' });
  expect(allowed.stdout).toContain('1 broken row:');
  expect(JSON.parse(readFileSync(join(root, 'out', 'mean_std.json'), 'utf8'))).toMatchObject({
    split: 'test',
    images: 2,
  });
});

test('split: folds with one test set by stratified groups from the file names; the same again changes nothing', async () => {
  const args = [
    'split',
    'ada/insects',
    '--folds',
    '3',
    '--test',
    '6',
    '--stratify',
    'label',
    '--group',
    'image',
    '--group-pattern',
    '(\\w+/p\\d+)_',
    '--seed',
    '1',
  ];
  const { code, stdout, stderr } = await atelier(...args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^groups +12 /m);
  const folder = join(data, 'splits');
  const read = (name: string) =>
    readFileSync(join(folder, `${name}.txt`), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  const patients = (name: string) => new Set(read(name).map((path) => path.replace(/_\d+\.png$/, '')));
  expect(read('test')).toHaveLength(6);
  for (const fold of [0, 1, 2]) {
    const parts = ['test', `fold_${fold}_train`, `fold_${fold}_val`];
    expect(parts.flatMap(read).sort()).toHaveLength(24);
    expect(new Set(parts.flatMap(read)).size).toBe(24);
    expect(parts.reduce((sum, name) => sum + patients(name).size, 0)).toBe(12);
  }
  const before = readFileSync(join(folder, 'fold_1_val.txt'), 'utf8');
  expect(before).toMatch(
    /^# ada\/insects, train, divided by: atelier split --folds 3 --test 6 --stratify label --group image --group-pattern/,
  );
  expect((await atelier(...args)).code).toBe(0);
  const other = await atelier(...args.slice(0, -1), '2');
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('already has other index files') });
  expect(readFileSync(join(folder, 'fold_1_val.txt'), 'utf8')).toBe(before);
  // The index files are not taken for data.
  expect((await atelier('stats', 'ada/insects', '--no-sheet')).stdout).toContain('train: 24 rows');
});

test('what was typed wrongly says what is allowed', async () => {
  const [size, nothing, column, sets] = await Promise.all([
    atelier('split', data, '--test', '1.5'),
    atelier('split', data),
    atelier('split', data, '--folds', '2', '--stratify', 'labels', '--output', join(root, 'none')),
    atelier('stats', data, '--split', 'trian'),
  ]);
  expect(size).toMatchObject({
    code: 2,
    stderr: '--test 1.5: a fraction such as 0.2, or a number of rows, is needed.\n',
  });
  expect(nothing).toMatchObject({ code: 2, stderr: 'atelier split: --folds, --test or --val is needed.\n' });
  expect(column).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no column "labels". Did you mean "label"?'),
  });
  expect(existsSync(join(root, 'none'))).toBe(false);
  expect(sets).toMatchObject({ code: 1, stderr: expect.stringContaining('train') });
});
