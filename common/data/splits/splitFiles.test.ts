import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import { pathEntries, rowEntries } from './entries.js';
import { readSplit, readSplits } from './readSplits.js';
import { writeSplits } from './writeSplits.js';

const paths = ['ants/1.jpg', 'ants/2 b.jpg', 'bees/ä.jpg', '#odd/x.jpg', ' y.jpg', 'bees/10.jpg'];
const entries = pathEntries(paths)!;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier splits é '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string, name = 'a.txt'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('what is written is read again, whatever the paths look like', async () => {
  const parts = { test: Int32Array.of(1, 3), fold_0_train: Int32Array.of(0, 4), fold_0_val: Int32Array.of(2, 5) };
  const written = await writeSplits(folder, parts, entries, { comment: 'by hand\nseed 0' });
  expect(written).toEqual(['test', 'fold_0_train', 'fold_0_val'].map((name) => join(folder, `${name}.txt`)));
  expect(readFileSync(join(folder, 'test.txt'), 'utf8')).toBe(
    '# by hand\n# seed 0\n# 2 paths\nants/2 b.jpg\n./#odd/x.jpg\n',
  );
  const read = await readSplits(folder, entries);
  expect(Object.entries(read).map(([name, rows]) => [name, Array.from(rows)])).toEqual([
    ['fold_0_train', [0, 4]],
    ['fold_0_val', [2, 5]],
    ['test', [1, 3]],
  ]);
});

test('comments, blank lines, Windows’ line ends and slashes, a byte order mark', async () => {
  const path = file('\uFEFF# made in 2019\r\n\r\nbees\\10.jpg\r\n./ants/1.jpg\n  \n  ants/2 b.jpg  ');
  expect(Array.from(await readSplit(path, entries))).toEqual([5, 0, 1]);
  expect(Array.from(await readSplit(file('# nothing\n'), entries))).toEqual([]);
});

test('an unknown path is an error with file, line and the nearest path', async () => {
  const path = file('# test\nants/1.jpg\nbees/11.jpg\n');
  const reading = readSplit(path, entries);
  await expect(reading).rejects.toThrow(UserError);
  await expect(reading).rejects.toThrow(
    `${path}, line 3: the data set has no "bees/11.jpg". Did you mean "bees/10.jpg"?`,
  );
});

test('a path that stands there twice is an error with both lines, also when it is written differently', async () => {
  const path = file('ants/1.jpg\nbees/10.jpg\n./ants/1.jpg\n');
  await expect(readSplit(path, entries)).rejects.toThrow(`${path}, line 3: "./ants/1.jpg" already stands in line 1.`);
});

test('row numbers, for data sets without paths and with them', async () => {
  const path = file('2\n0\n');
  expect(Array.from(await readSplit(path, rowEntries(3)))).toEqual([2, 0]);
  expect(Array.from(await readSplit(path, entries))).toEqual([2, 0]);
  await expect(readSplit(file('0\n3\n'), rowEntries(3))).rejects.toThrow(
    'line 2: "3" is no row of the data set; they are 0 to 2.',
  );
  await expect(readSplit(file('0\n-1\n'), rowEntries(3))).rejects.toThrow('"-1" is no row');
  await expect(readSplit(file('1\n1\n'), rowEntries(3))).rejects.toThrow('line 2: "1" already stands in line 1.');
  await expect(readSplit(file('0\nants/1.jpg\n'), entries)).rejects.toThrow('line 1: the data set has no "0"');
});

test('two rows with one path have no entries by path', () => {
  expect(pathEntries(['a', 'b', 'a'])).toBeUndefined();
});

test('a row in test and in a fold, or in train and val, is an error that names both places', async () => {
  file('ants/1.jpg\n', 'test.txt');
  file('# fold\nbees/10.jpg\nants/1.jpg\n', 'fold_0_val.txt');
  await expect(readSplits(folder, entries)).rejects.toThrow(
    `${join(folder, 'fold_0_val.txt')}, line 3: "ants/1.jpg" is also in ${join(folder, 'test.txt')}, line 1.`,
  );
  file('# fold\nbees/10.jpg\n', 'fold_0_val.txt');
  file('bees/10.jpg\n', 'fold_0_train.txt');
  await expect(readSplits(folder, entries)).rejects.toThrow('fold_0_val.txt, line 2: "bees/10.jpg" is also in');
});

test('missing files and folders say so', async () => {
  await expect(readSplit(join(folder, 'none.txt'), entries)).rejects.toThrow(/Cannot read the index file .*none\.txt/);
  await expect(readSplits(join(folder, 'none'), entries)).rejects.toThrow('There is no folder');
  await expect(readSplits(folder, entries)).rejects.toThrow('has no index files (test.txt, fold_0_train.txt …)');
});

test('index files that are there are not lost: the same again is fine, others need overwrite', async () => {
  const old = { test: Int32Array.of(0), fold_0_train: Int32Array.of(1), fold_0_val: Int32Array.of(2) };
  await writeSplits(folder, old, entries);
  await writeSplits(folder, old, entries);
  const other = { test: Int32Array.of(1), train: Int32Array.of(0, 2) };
  await expect(writeSplits(folder, other, entries)).rejects.toThrow(`${folder} already has other index files (`);
  expect((await readSplits(folder, entries)).fold_0_val).toEqual(Int32Array.of(2));
  file('mine', 'notes.txt');
  await writeSplits(folder, other, entries, { overwrite: true });
  // Only what it wrote itself is replaced.
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'test.txt', 'train.txt']);
});

test('a path with a line break cannot be written', async () => {
  await expect(writeSplits(folder, { test: Int32Array.of(0) }, pathEntries(['a\nb'])!)).rejects.toThrow(
    'breaks over lines',
  );
  expect(readdirSync(folder)).toEqual([]);
});
