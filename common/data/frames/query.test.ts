import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isImage } from '../image.js';
import { query, queryDataFrame } from './query.js';
import { sample } from './testSample.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('all values come back as they were', async () => {
  const dataset = await sample();
  const found = await query(dataset, 'SELECT * FROM data');
  expect(found.length).toBe(3);
  for (const [i, { image, ...values }] of found.entries()) {
    const { image: file, ...expected } = await dataset.row(i);
    expect(values).toEqual(expected);
    expect(isImage(image) && isImage(file) && Buffer.compare(image.bytes, file.bytes)).toBe(0);
    expect(image).toHaveProperty('path', `d/${i}.png`);
  }
});

test('data, self and the split’s name are the table; class names can be joined', async () => {
  const dataset = await sample();
  expect(await query(dataset, 'SELECT count(*) AS n FROM self')).toEqual([{ n: 3 }]);
  expect(
    await query(
      dataset,
      'SELECT name, count(*) AS n, sum("count") AS total FROM train JOIN label_names USING (label) GROUP BY name ORDER BY n DESC',
    ),
  ).toEqual([
    { name: "bee's", n: 2, total: 5 },
    { name: 'ant', n: 1, total: 1 },
  ]);
  expect((await query(dataset, 'SUMMARIZE data')).length).toBe(9);
  expect(await query(dataset, 'FROM data SELECT label LIMIT 1')).toEqual([{ label: 0 }]);
});

test('integers are numbers, unless one of the column would lose digits', async () => {
  const dataset = await sample();
  expect(
    await query(dataset, 'SELECT 9007199254740991::BIGINT AS a, [1::BIGINT] AS b, 2::HUGEINT AS c FROM data LIMIT 1'),
  ).toEqual([{ a: 9007199254740991, b: [1], c: 2 }]);
  expect(await query(dataset, 'SELECT unnest([1::BIGINT, 9007199254740993]) AS a')).toEqual([
    { a: 1n },
    { a: 9007199254740993n },
  ]);
});

test('the result as a frame', async () => {
  const frame = await queryDataFrame(
    await sample(),
    'SELECT label, avg(weight) AS weight FROM data GROUP BY label ORDER BY label',
  );
  expect(frame.columns).toEqual(['label', 'weight']);
  expect(frame.values).toEqual([
    [0, 0.5],
    [1, -1.25],
  ]);
});

test('errors say what there is', async () => {
  const dataset = await sample();
  await expect(query(dataset, 'SELECT lable FROM data')).rejects.toThrow(
    'The query failed. There is no column "lable". Did you mean "label"?\nLINE 1: SELECT lable FROM data\n               ^\nTables: data, self, train. Columns: image, label, long name,',
  );
  await expect(query(dataset, 'SELECT * FROM dta')).rejects.toThrow('There is no table "dta". Did you mean "data"?');
  await expect(query(dataset, 'SELEC 1')).rejects.toThrow('The query failed. syntax error at or near "SELEC"');
  await expect(query(dataset, 'SELECT 1; SELECT 2')).rejects.toThrow('One query is expected; there are 2.');
  await expect(query(dataset, '')).rejects.toThrow('The query is empty.');
  await expect(query(dataset, 'DROP TABLE data')).rejects.toThrow(
    'A query reads (SELECT, FROM, WITH, DESCRIBE, SUMMARIZE); this is DROP.',
  );
});

test('a query reaches no file, setting, extension or address', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier query '));
  folders.push(folder);
  const secret = join(folder, 'secret.csv');
  writeFileSync(secret, 'a\n1\n');
  const dataset = await sample();
  for (const sql of [
    `SELECT * FROM read_csv('${secret}')`,
    `SELECT * FROM '${secret}'`,
    `SELECT * FROM glob('${folder}/*')`,
    `COPY data TO '${folder}/out.csv'`,
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${secret}' (USE_TMP_FILE false)`,
    `EXPLAIN /* */ ANALYZE COPY (SELECT 1) TO '${secret}'`,
    `ATTACH '${folder}/x.db'`,
    "SELECT * FROM read_csv('https://example.com/a.csv')",
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    "SET allowed_paths = ['/']",
    'CREATE TABLE t AS SELECT 1',
  ])
    await expect(query(dataset, sql), sql).rejects.toThrow('The query failed.');
  expect(readFileSync(secret, 'utf8')).toBe('a\n1\n');
});
