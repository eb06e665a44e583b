import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Dataset } from './dataset.js';
import { classLabel, image, integer, optional, sequence, text } from './features.js';
import type { Image } from './image.js';
import { datasetSplits, loadDataset } from './loadDataset.js';
import { temporaryFolder, testRows, writeParquet } from './testData.js';
import { folderOf, refusal, rowsOf } from './testFiles.js';

const shape = { height: 6, width: 5, channels: 1 };

describe('finding the files', () => {
  test('splits by the card, with config, globs, data_dir and class names', async () => {
    const folder = folderOf({
      'README.md':
        '---\nconfigs:\n- config_name: a\n  data_files: x/other.csv\n- config_name: b\n  default: true\n  data_dir: x\n  data_files:\n  - split: train\n' +
        "    path: ['two.csv', 'one*']\n  - split: held\n    path: other.csv\ndataset_info:\n- config_name: b\n  features:\n  - name: v\n    dtype: string\n" +
        "  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': ant\n          '1': bee\n---\n",
      ...Object.fromEntries(['one', 'two', 'other'].map((name) => [`x/${name}.csv`, `v,label\n${name},1\n`])),
    });
    expect(await datasetSplits(folder)).toEqual(['train', 'held']);
    const dataset = await loadDataset(folder);
    expect(dataset).toMatchObject({ config: 'b', splitName: 'train', length: 2 });
    expect(await rowsOf(dataset)).toEqual([
      { v: 'two', label: 1 },
      { v: 'one', label: 1 },
    ]);
    expect(dataset.features.label).toEqual({ type: 'classLabel', names: ['ant', 'bee'] });
    expect((await loadDataset(folder, { config: 'a' })).length).toBe(1);
    expect(await refusal(loadDataset(folder, { config: 'c' }))).toContain('no config "c"');
    expect(await refusal(loadDataset(folder, { split: 'hold' }))).toMatch(
      /Did you mean "held"\? There are: train, held/,
    );
  });

  test('parquet shards in order, and one that is missing', async () => {
    const rows = await testRows(19, shape);
    const folder = join(temporaryFolder(), 'datasets', 'someone', 'things');
    writeParquet(join(folder, 'cfg', 'train-00001-of-00002-0a1b.parquet'), rows.slice(11));
    writeParquet(join(folder, 'cfg', 'train-00000-of-00002-0a1b.parquet'), rows.slice(0, 11));
    const dataset = await loadDataset(folder);
    expect(dataset).toMatchObject({ name: 'someone/things', length: 19 });
    expect(dataset.where(10)).toMatch(/train-00000-of-00002-0a1b\.parquet, row 10$/);
    expect(dataset.where(11)).toMatch(/train-00001-of-00002-0a1b\.parquet, row 0$/);
    writeParquet(join(folder, 'cfg', 'train-00002-of-00004.parquet'), rows);
    expect(await refusal(loadDataset(folder))).toContain('file 1 of the 4');
  });

  test('dataFiles, single files, `all`, and a split that is a sum', async () => {
    const folder = folderOf({ 'a.txt': '1\n2\n', 'b.txt': '3\n', 'train.txt': '4\n5\n6\n' });
    expect(await (await loadDataset(folder, { dataFiles: ['b.txt', 'a*'] })).column('text')).toEqual(['3', '1', '2']);
    const named = { dataFiles: { one: 'a.txt', two: 'b.txt' } };
    expect(await (await loadDataset(folder, { ...named, split: 'two+one[:1]' })).column('text')).toEqual(['3', '1']);
    expect((await loadDataset(folder, { ...named, split: 'all' })).length).toBe(3);
    expect((await loadDataset(join(folder, 'train.txt'), { split: 'train[-2:]' })).length).toBe(2);
    expect(await refusal(loadDataset(folder, { split: 'train[3:]' }))).toContain('are none');
  });

  test('nothing there: what to do, and the nearest name', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mnist'));
    expect(await refusal(loadDataset(join(folder, 'mnits')))).toContain('Did you mean "mnist"?');
    expect(await refusal(loadDataset(join(folder, 'mnist')))).toContain('holds no data files');
    symlinkSync('../assets/datasets/uoft-cs/cifar10', join(folder, 'data'));
    expect(await refusal(loadDataset(join(folder, 'data')))).toContain('npx atelier download dataset uoft-cs/cifar10');
    expect(await refusal(loadDataset(folderOf({ 'train.zip': 'x' })))).toContain(
      'no file that can be read (train.zip)',
    );
  });

  test('links: inside is fine, outside is refused', async () => {
    const outside = join(temporaryFolder(), 'secret.txt');
    writeFileSync(outside, 'secret');
    const folder = folderOf({ 'real.txt': 'a\n' });
    symlinkSync('real.txt', join(folder, 'train.txt'));
    expect(await (await loadDataset(folder)).column('text')).toEqual(['a']);
    symlinkSync(outside, join(folder, 'train2.txt'));
    expect(await refusal(loadDataset(folder))).toContain("leaves the data set's folder");
  });
});

describe('columns', () => {
  test('give the type of a row and are compared with the schema', async () => {
    const folder = temporaryFolder();
    writeParquet(join(folder, 'train.parquet'), await testRows(5, shape));
    const dataset = await loadDataset(folder, { columns: { image: image(), label: classLabel() } });
    expectTypeOf(dataset).toEqualTypeOf<Dataset<{ image: Image; label: number }>>();
    expect((await dataset.row(1)).label).toBe(1);
    const stated = await loadDataset<{ image: Image; label: number }>(folder);
    expectTypeOf((await stated.row(0)).image.bytes).toEqualTypeOf<Uint8Array>();
    // @ts-expect-error the columns contradict the type
    await refusal(loadDataset<{ image: Image; label: number }>(folder, { columns: { image: image(), label: text() } }));
    expect(await refusal(loadDataset(folder, { columns: { imag: image() } }))).toMatch(
      /split "train" has no column "imag"\. Did you mean "image"\? The columns are: image \(an image\), label \(a class label \(3: ant, bee, cat\)\)/,
    );
    expect(await refusal(loadDataset(folder, { columns: { label: image() } }))).toMatch(
      /column "label" was expected to be an image, but is a class label \(3: ant, bee, cat\)\. Did you mean "image"\?/,
    );
    expect(await refusal(loadDataset(folder, { columns: { label: classLabel(['ant', 'bee']) } }))).toContain('3: ant');
    expect(Object.keys((await loadDataset(folder, { columns: { label: integer() } })).features)).toEqual(['label']);
  });

  test('a missing value is an error that names its row, or allowed', async () => {
    const folder = folderOf({ 'train.jsonl': '{"a":"x","b":[1]}\n{"a":null,"b":[]}\n' });
    const strict = await loadDataset(folder, { columns: { a: text(), b: sequence(integer()) } });
    expect(await refusal(rowsOf(strict))).toMatch(/train\.jsonl, row 1 \(line 2\): column "a" has no value/);
    const open = await loadDataset(folder, { columns: { a: optional(text()) } });
    expect(await open.column('a')).toEqual(['x', null]);
  });

  test('features that cannot be read are named when they are read', async () => {
    const folder = folderOf({
      'README.md':
        '---\ndataset_info:\n  features:\n  - name: sound\n    dtype: audio\n  - name: text\n    dtype: string\n---\n',
      'train.jsonl': '{"sound":"a.wav","text":"x"}\n',
    });
    const dataset = await loadDataset(folder);
    expect(await dataset.column('text')).toEqual(['x']);
    expect(await refusal(dataset.row(0))).toMatch(
      /column "sound": columns of type "audio" cannot be read yet: leave it out/,
    );
    expect(await rowsOf(dataset.removeColumns('sound'))).toEqual([{ text: 'x' }]);
  });
});

describe('text formats', () => {
  test('CSV: quotes, line ends inside them, BOM, CRLF, missing values, types over the whole file', async () => {
    const csv =
      '\ufeffid,name,score,ok,note\r\n1,"na""me, 1\r\nsecond",0.5,True,7\r\n2,,NA,False,x\r\n\r\n3,"é",3,True,\r\n';
    const dataset = await loadDataset(folderOf({ 'train.csv': csv }));
    expect(await rowsOf(dataset)).toEqual([
      { id: 1, name: 'na"me, 1\r\nsecond', score: 0.5, ok: true, note: '7' },
      { id: 2, name: null, score: null, ok: false, note: 'x' },
      { id: 3, name: 'é', score: 3, ok: true, note: null },
    ]);
    expect(dataset.where(2)).toMatch(/train\.csv, row 2 \(line 6\)$/);
    expect(dataset.features.score).toEqual({ type: 'value', dtype: 'float64' });
  });

  test('TSV, another delimiter, gzip, several files with their columns in another order', async () => {
    expect(await rowsOf(await loadDataset(folderOf({ 'train.tsv': 'a\tb\n1\tx, y\n' })))).toEqual([
      { a: 1, b: 'x, y' },
    ]);
    const semicolons = folderOf({ 'train.csv': 'a;b\n1;2,5\n' });
    expect(await rowsOf(await loadDataset(semicolons, { delimiter: ';' }))).toEqual([{ a: 1, b: '2,5' }]);
    const packed = folderOf({
      'train-1.csv.gz': gzipSync('a,b\n1,x\n'),
      'train-2.csv.gz': gzipSync('b,a\ny,2\n'),
    });
    expect(await rowsOf(await loadDataset(packed))).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  test('JSON: lines, a list over lines, an object with a key; nested values', async () => {
    const rows = [
      { a: 1, b: { c: ['x', '}{"]['] } },
      { a: 2.5, b: { c: [] } },
    ];
    const lines = rows.map((row) => JSON.stringify(row)).join('\r\n');
    expect(await rowsOf(await loadDataset(folderOf({ 'train.jsonl': `\n${lines}\n\n` })))).toEqual(rows);
    expect(await rowsOf(await loadDataset(folderOf({ 'train.json': JSON.stringify(rows, null, 2) })))).toEqual(rows);
    expect(await rowsOf(await loadDataset(folderOf({ 'train.json': lines })))).toEqual(rows);
    const object = folderOf({ 'train.json': JSON.stringify({ version: 1, data: rows }, null, 1) });
    expect(await rowsOf(await loadDataset(object, { field: 'data' }))).toEqual(rows);
    expect(await refusal(loadDataset(object))).toMatch(/is one object, not a list of rows.*field: 'data'/);
    expect(await refusal(loadDataset(object, { field: 'dat' }))).toContain('Did you mean "data"?');
  });

  test('text: a row a line, whatever ends it', async () => {
    const dataset = await loadDataset(folderOf({ 'train.txt': 'one\r\ntwo\n\n  three \nfour\rfive' }));
    expect(await dataset.column('text')).toEqual(['one', 'two', '', '  three ', 'four', 'five']);
  });

  test.each([
    ['an empty file', 'train.csv', '', /train\.csv: the file has no header/],
    ['only a header', 'train.csv', 'a,b\n', /has no rows/],
    ['duplicate columns', 'train.csv', 'a,b,a\n1,2,3\n', /train\.csv: two columns are named "a"/],
    ['a short row', 'train.csv', 'a,b\n1,2\n3\n', /row 1 \(line 3\): the row has 1 fields where the header has 2/],
    ['an open quote', 'train.csv', 'a,b\n1,"2\n3,4\n', /line 2: a quote is opened, but never closed/],
    ['text behind a quote', 'train.csv', 'a,b\n1,"2"x\n', /line 2: text after a closing quote/],
    ['a cut JSON line', 'train.jsonl', '{"a":1}\n{"a":', /train\.jsonl, row 1 \(line 2\): this is no valid JSON/],
    ['no object', 'train.jsonl', '{"a":1}\n\n[1]\n', /row 1 \(line 3\): an object is expected, not a list of 1/],
    ['a cut list', 'train.json', '[{"a":1},\n{"a":2}', /train\.json: line 2: the file ends within the list/],
    [
      'text and numbers',
      'train.jsonl',
      '{"a":1}\n{"a":"x"}\n',
      /row 1 \(line 2\): column "a" has int64 in some rows, string/,
    ],
    ['a number beyond 2^53', 'train.jsonl', '{"a":1}\n{"a":9007199254740993}\n', /row 1 .*beyond 2\^53/],
    ['UTF-16', 'train.txt', Buffer.from('\ufeffabc', 'utf16le'), /train\.txt is UTF-16: save it as UTF-8/],
    ['no UTF-8', 'train.txt', Buffer.from([65, 10, 0xff, 0xfe, 66]), /row 1 \(line 2\): the bytes are no UTF-8 text/],
    ['a cut gzip', 'train.jsonl.gz', gzipSync('{"a":1}\n'.repeat(100)).subarray(0, 20), /gzip file is cut or corrupt/],
  ])('%s is named', async (_, name, content, message) => {
    const load = async () => rowsOf(await loadDataset(folderOf({ [name]: content })));
    expect(await refusal(load())).toMatch(message);
  });

  test('files whose columns differ', async () => {
    const csv = folderOf({ 'train-1.csv': 'a,b\n1,2\n', 'train-2.csv': 'a,c\n1,2\n' });
    expect(await refusal(loadDataset(csv))).toMatch(
      /must have the same columns: .*train-1\.csv has a, b; .*train-2\.csv has a, c/,
    );
    const folder = temporaryFolder();
    writeParquet(join(folder, 'train-1.parquet'), await testRows(2, shape));
    writeParquet(join(folder, 'train-2.parquet'), await testRows(2, shape), { classes: ['ant', 'wasp'] });
    expect(await refusal(loadDataset(folder))).toMatch(
      /"label" differs: .*train-1\.parquet has a class label \(3: ant, bee, cat\)/,
    );
  });
});
