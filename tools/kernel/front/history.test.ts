import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { History } from './history.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-history-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a later session finds what an earlier one has run, with outputs', async () => {
  const file = join(folder, 'deep', 'history.jsonl');
  const first = new History(file);
  first.add(1, 'a = 1', null);
  first.add(2, 'a + 1', '2');
  await first.close();
  const second = new History(file);
  second.add(1, 'b', null);
  expect(await second.find({ hist_access_type: 'tail', n: 2 })).toEqual([
    [1, 2, 'a + 1'],
    [2, 1, 'b'],
  ]);
  expect(await second.find({ hist_access_type: 'range', session: 1, start: 2, stop: 3, output: true })).toEqual([
    [1, 2, ['a + 1', '2']],
  ]);
  expect(await second.find({ hist_access_type: 'range', session: -1, start: 1, stop: 2 })).toEqual([[1, 1, 'a = 1']]);
  expect(await second.find({ hist_access_type: 'range', session: 0 })).toEqual([[2, 1, 'b']]);
  await second.close();
});

test('search patterns are those of file names; of equal inputs the latest counts', async () => {
  const history = new History(join(folder, 'search.jsonl'));
  for (const [i, input] of ['f(1)', 'f(2)', 'f(1)', 'g(1)\nnext'].entries()) history.add(i + 1, input, null);
  const search = async (request: object) =>
    (await history.find({ hist_access_type: 'search', ...request })).map((row) => Array.isArray(row) && row[1]);
  expect(await search({ pattern: 'f(?)' })).toEqual([1, 2, 3]);
  expect(await search({ pattern: 'f(*', unique: true })).toEqual([2, 3]);
  expect(await search({ pattern: '*1*', n: 2 })).toEqual([3, 4]);
  expect(await search({ pattern: 'f' })).toEqual([]);
  await history.close();
});

test('a damaged line is skipped, a file that cannot be written is no error', async () => {
  const file = join(folder, 'damaged.jsonl');
  await writeFile(file, '{"session":7,"line":1,"input":"x","output":null}\n{"session":7,"li');
  const history = new History(file);
  expect(await history.find({ hist_access_type: 'tail' })).toEqual([[7, 1, 'x']]);
  const nowhere = new History(join(file, 'below', 'a-file'));
  nowhere.add(1, 'y', null);
  expect(await nowhere.find({ hist_access_type: 'tail', n: 5 })).toEqual([[1, 1, 'y']]);
  await nowhere.close();
});

test('a file that has grown large is cut to its newest part', async () => {
  const file = join(folder, 'large.jsonl');
  const line = (i: number) => `${JSON.stringify({ session: 1, line: i, input: 'x'.repeat(10_000), output: null })}\n`;
  for (let i = 0; i < 900; i += 100)
    await appendFile(file, Array.from({ length: 100 }, (_, j) => line(i + j)).join(''));
  const rows = await new History(file).find({ hist_access_type: 'tail', n: 10_000 });
  expect(rows.length).toBeLessThan(400);
  expect(rows.at(-1)).toMatchObject([1, 899, expect.any(String)]);
  expect((await stat(file)).size).toBeLessThan(4_100_000);
});
