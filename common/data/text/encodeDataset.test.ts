import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { UserError } from '../../utils/index.js';
import { loadDataset } from '../loadDataset.js';
import { datasetFromRows } from '../memoryDataset.js';
import { trainBpe } from './bpe/trainBpe.js';
import { encodeDataset, textsOf } from './encodeDataset.js';
import type { TokenTable } from './tokenTable.js';

const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
beforeAll(() => vi.stubEnv('ATELIER_ASSETS', folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const rows = [
  { en: 'a red house', de: 'ein rotes Haus' },
  { en: '', de: 'ä 😀' },
  { en: 'a blue house', de: 'ein blaues Haus' },
];
const dataset = datasetFromRows(rows, { name: 'pairs' });
const tokenizer = await trainBpe(textsOf(dataset, 'en', 'de'), { vocabSize: 270, specialTokens: ['<pad>'] });
const plain = (table: TokenTable) => Array.from({ length: table.length }, (_, i) => [...table.row(i)]);

test('the ids of a column, kept in a file', async () => {
  let calls = 0;
  const options = { tokenizer, onProgress: () => calls++ };
  const expected = rows.map(({ de }) => [...tokenizer.encodeIds(de)]);
  expect(plain(await encodeDataset(dataset, 'de', options))).toEqual(expected);
  expect(calls).toBe(1);
  expect(plain(await encodeDataset(dataset, 'de', options))).toEqual(expected);
  expect(calls).toBe(1);
  // Another column, another option: another file.
  expect(plain(await encodeDataset(dataset, 'en', options))[1]).toEqual([]);
  expect((await encodeDataset(dataset, 'de', { ...options, maxLength: 2 })).lengths).toEqual(
    Int32Array.from([2, 2, 2]),
  );
  expect(readdirSync(join(folder, 'cache', 'tokens'))).toHaveLength(3);
});

test('a file that was changed or cut is made again', async () => {
  const expected = plain(await encodeDataset(dataset, 'de', { tokenizer, cache: false }));
  const places = join(folder, 'cache', 'tokens');
  for (const change of [
    (b: Buffer) => b.subarray(0, b.length - 4),
    (b: Buffer) => Buffer.from(b.map((v, i) => (i === 70 ? v ^ 1 : v))),
    () => Buffer.alloc(0),
  ]) {
    for (const name of readdirSync(places)) writeFileSync(join(places, name), change(readFileSync(join(places, name))));
    expect(plain(await encodeDataset(dataset, 'de', { tokenizer }))).toEqual(expected);
  }
});

test('columns that are not there and values that are no text are named', async () => {
  const typed: Promise<unknown> = encodeDataset(dataset, 'dee' as 'de', { tokenizer });
  await expect(typed).rejects.toThrow(/pairs train has no column "dee"; there are en, de. Did you mean "de"\?/);
  const broken = datasetFromRows([{ text: 'a' }, { text: null }], { name: 'broken' });
  await expect(encodeDataset(broken, 'text', { tokenizer, cache: false })).rejects.toThrow(UserError);
  await expect(encodeDataset(broken, 'text', { tokenizer, cache: false })).rejects.toThrow(/row 1.*text is missing/);
});

test('pairs of JSON lines and lines of a text file', async () => {
  const path = join(folder, 'pairs');
  writeFileSync(`${path}.jsonl`, rows.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(`${path}.txt`, 'one line\n\nanother\n');
  const pairs = await loadDataset<{ en: string; de: string }>(`${path}.jsonl`, { split: 'train' });
  expect((await encodeDataset(pairs, 'en', { tokenizer })).length).toBe(3);
  const lines = await loadDataset<{ text: string }>(`${path}.txt`, { split: 'train' });
  const texts: string[] = [];
  for await (const text of textsOf(lines, 'text')) texts.push(text);
  expect(texts).toEqual(['one line', '', 'another']);
});
