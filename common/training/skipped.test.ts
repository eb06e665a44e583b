import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSkipped } from './skipped.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-skipped-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('skipped.txt names each broken image once, over epochs and resumes', async () => {
  const said: string[] = [];
  const run = { folder, log: (text: string) => said.push(text) };
  const [first, second] = [
    { where: 'train.parquet, row 2', reason: 'the image (60 bytes) cannot be decoded: premature end' },
    { where: 'train.parquet, row 13', reason: 'the image is empty (0 bytes)' },
  ];
  await writeSkipped(run, []);
  expect(said).toEqual([]);
  await writeSkipped(run, [first]);
  await writeSkipped(run, [first, second]);
  await writeSkipped(run, [second, first]);
  expect((await readFile(join(folder, 'skipped.txt'), 'utf8')).split('\n')).toEqual([
    'train.parquet, row 2: the image (60 bytes) cannot be decoded: premature end',
    'train.parquet, row 13: the image is empty (0 bytes)',
    '',
  ]);
  expect(said).toEqual([
    '1 broken image was left out: skipped.txt names them.',
    '1 broken image was left out: skipped.txt names them.',
  ]);
});
