// DuckDB's own readers against ours, on files in a folder whose name has quotes, spaces and an umlaut.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dataset, Row } from '../dataset.js';
import { loadDataset } from '../loadDataset.js';
import { testRows, writeParquet } from '../testData.js';
import { query } from './query.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), `atelier it's "q" ü `));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rowsOf(dataset: Dataset): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of dataset.rows()) rows.push(row);
  return rows;
}

/** With the bytes of images as numbers: Buffer or Uint8Array is all the same. */
function plain(rows: readonly Row[]): unknown {
  return JSON.parse(
    JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? value.data : value instanceof Uint8Array ? [...value] : value,
    ),
  );
}

async function expectSame(file: string, format: string): Promise<Dataset> {
  const dataset = await loadDataset(join(folder, file));
  expect(dataset.files?.format).toBe(format);
  expect(plain(await query(dataset, 'SELECT * FROM data'))).toEqual(plain(await rowsOf(dataset)));
  return dataset;
}

test('parquet: images, labels, several files in order; a part of the rows is copied', async () => {
  const rows = await testRows(10, { height: 3, width: 4, channels: 3 });
  writeParquet(join(folder, 'set', 'train-00000-of-00002.parquet'), rows.slice(0, 6));
  writeParquet(join(folder, 'set', 'train-00001-of-00002.parquet'), rows.slice(6));
  const dataset = await expectSame('set', 'parquet');
  expect(
    await query(
      dataset,
      'SELECT name, count(*) AS n FROM train JOIN label_names USING (label) GROUP BY name ORDER BY name',
    ),
  ).toEqual([
    { name: 'ant', n: 4 },
    { name: 'bee', n: 3 },
    { name: 'cat', n: 3 },
  ]);
  const part = dataset.select([9, 2, 2]);
  expect(part.files).toBeUndefined();
  expect(plain(await query(part, 'SELECT * FROM data'))).toEqual(plain(await rowsOf(part)));
  expect(await query(part, 'SELECT count(*) AS n FROM data')).toEqual([{ n: 3 }]);
});

test('CSV with a delimiter of its own', async () => {
  writeFileSync(join(folder, 'semicolon.csv'), 'a;b\n1;"x;y"\n2;z,w\n');
  const dataset = await loadDataset(join(folder, 'semicolon.csv'), { delimiter: ';' });
  expect(dataset.files).toMatchObject({ format: 'csv', delimiter: ';' });
  expect(await query(dataset, 'SELECT * FROM data ORDER BY a')).toEqual([
    { a: 1, b: 'x;y' },
    { a: 2, b: 'z,w' },
  ]);
});

test('a JSON file that is one list', async () => {
  writeFileSync(join(folder, 'list.json'), '[{"a": 1, "b": "x"},\n {"a": 2}]\n');
  await expectSame('list.json', 'json');
});

test('JSON lines: missing keys, lists, records', async () => {
  const lines = [
    '{"a":1,"b":"x","c":[1,2],"d":{"e":1.5}}',
    '{"b":null,"a":2}',
    '{"a":9007199254740991,"b":"007","c":[],"d":{"e":null}}',
  ];
  writeFileSync(join(folder, 'lines.jsonl'), lines.join('\n'));
  const dataset = await loadDataset(join(folder, 'lines.jsonl'));
  expect(plain(await query(dataset, 'FROM data'))).toEqual(plain(await rowsOf(dataset)));
  writeFileSync(join(folder, 'plain.jsonl'), '{"a":1,"b":"2020-01-02"}\n{"a":null,"b":"y"}\n');
  await expectSame('plain.jsonl', 'jsonl');
});

test('CSV and TSV: what is missing, quoted, broken over lines, and looks like a date', async () => {
  const rows = [
    'id,na"me,x,flag,when,note',
    '007,"a, b",1.5,true,2020-01-02,',
    '8,"say ""hi""",,False,2020-02-03,"multi\nline"',
    '9,,3,TRUE,NA,NULL',
  ];
  writeFileSync(join(folder, 'train.csv'), rows.join('\n').replace('na"me', '"na""me"'));
  const dataset = await expectSame('train.csv', 'csv');
  expect(await query(dataset, 'SELECT "na""me", "when" FROM data LIMIT 1')).toEqual([
    { 'na"me': 'a, b', when: '2020-01-02' },
  ]);
  writeFileSync(join(folder, 'train.tsv'), 'a\tb\n1\tx;y,z\n2\t\n');
  await expectSame('train.tsv', 'csv');
});

test('the files of a data set can be read by a query, not written, and no other file beside them', async () => {
  mkdirSync(join(folder, 'open'));
  writeFileSync(join(folder, 'open', 'train.csv'), 'a\n1\n');
  writeFileSync(join(folder, 'open', 'secret.txt'), 'secret');
  const dataset = await loadDataset(join(folder, 'open', 'train.csv'));
  const path = join(folder, 'open', 'secret.txt').replaceAll("'", "''");
  await expect(query(dataset, `SELECT * FROM read_text('${path}')`)).rejects.toThrow(
    'A query reads train.csv only'.replace('train.csv', dataset.name),
  );
  expect(await query(dataset, 'SELECT * FROM data')).toEqual([{ a: 1 }]);
});
