import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classLabel, image } from '../features.js';
import { datasetSplits, loadDataset } from '../loadDataset.js';
import { temporaryFolder, testRows, writeParquet } from '../testData.js';
import { folderOf, refusal, rowsOf, tinyPng } from '../testFiles.js';

const shape = { height: 6, width: 5, channels: 1 };

describe('image folders', () => {
  const images = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, tinyPng]));

  test('splits and classes by folders, with unicode and spaces', async () => {
    const folder = folderOf(
      images('train/bee s/1 (é).png', 'train/ants/a#b.png', 'train/ants/ä?.JPG', 'val/ants/1.png', 'val/bee s/x.png'),
    );
    expect(await datasetSplits(folder)).toEqual(['train', 'validation']);
    const dataset = await loadDataset(folder, { columns: { image: image(), label: classLabel(['ants', 'bee s']) } });
    const rows = await rowsOf(dataset);
    expect(rows.map((row) => [row.image.path, row.label])).toEqual([
      ['train/ants/a#b.png', 0],
      ['train/ants/ä?.JPG', 0],
      ['train/bee s/1 (é).png', 1],
    ]);
    expect(Buffer.from(rows[0]!.image.bytes)).toEqual(tinyPng);
    expect(await dataset.paths()).toEqual(rows.map((row) => row.image.path));
    const source = await dataset.imageSource();
    expect(source.kind === 'ranges' && readFileSync(source.files[source.file[2]!]!)).toEqual(tinyPng);
    expect(dataset.where(2)).toMatch(/1 \(é\)\.png, row 2$/);
  });

  test('a flat folder, and metadata', async () => {
    const flat = await loadDataset(folderOf(images('1.png', '2.png')));
    expect(Object.keys(flat.features)).toEqual(['image']);
    const metadata = '{"file_name":"b/2.png","caption":"two","n":2}\n{"file_name":"1.png","caption":"one","n":1}\n';
    const folder = folderOf({ ...images('1.png', 'b/2.png', '3.png'), 'metadata.jsonl': metadata });
    const dataset = await loadDataset(folder);
    expect((await rowsOf(dataset.removeColumns('image'))).map((row) => ({ ...row }))).toEqual([
      { caption: 'two', n: 2 },
      { caption: 'one', n: 1 },
    ]);
    expect(await dataset.paths()).toEqual(['b/2.png', '1.png']);
    const csv = folderOf({ ...images('1.png'), 'metadata.csv': 'file_name,x\n1.png,5\n' });
    expect(await (await loadDataset(csv)).column('x')).toEqual([5]);
  });

  test('what is wrong with a folder is named', async () => {
    const empty = folderOf(images('train/ants/1.png', 'train/bees/2.png'));
    mkdirSync(join(empty, 'train', 'wasps'));
    expect(await refusal(loadDataset(empty))).toContain('the class folder "train/wasps" holds no images');
    const card =
      '---\ndataset_info:\n  features:\n  - name: image\n    dtype: image\n  - name: label\n    dtype:\n      class_label:\n        names: [ants, bees]\n---\n';
    const other = folderOf({ ...images('train/ants/1.png', 'train/wasps/2.png'), 'README.md': card });
    expect(await refusal(loadDataset(other))).toMatch(
      /folder "wasps" is no class of the data set\. The classes are: ants, bees/,
    );
    const of = (name: string) => folderOf({ ...images('1.png'), 'metadata.jsonl': `{"file_name":"${name}"}\n` });
    expect(await refusal(loadDataset(of('2.png')))).toMatch(
      /metadata\.jsonl, row 0 \(line 1\): the image "2\.png" is missing\. Did you mean "1\.png"/,
    );
    expect(await refusal(loadDataset(of('../../etc/passwd')))).toContain('outside of the data set');
    expect(await refusal(loadDataset(of('/etc/passwd')))).toContain('outside of the data set');
    const broken = folderOf(images('a/1.png', 'b/2.png'));
    truncateSync(join(broken, 'b/2.png'), 0);
    expect(await refusal(rowsOf(await loadDataset(broken)))).toMatch(/b\/2\.png is empty \(0 bytes\)/);
  });
});

describe('labels', () => {
  test('outside of the range are named, −1 is no label', async () => {
    const rows = await testRows(9, shape);
    const of = async (label: number) => {
      const folder = temporaryFolder();
      writeParquet(
        join(folder, 'train.parquet'),
        rows.map((row, i) => (i === 6 ? { ...row, label } : row)),
      );
      return loadDataset(folder);
    };
    expect(await refusal((await of(3)).labels())).toMatch(
      /train\.parquet, row 6: column "label": the label is 3; the 3 classes are 0 to 2/,
    );
    expect(await refusal(rowsOf(await of(7)))).toContain('row 6');
    expect((await (await of(-1)).row(6)).label).toBe(-1);
    expect(await refusal((await of(-1)).labels())).toMatch(/row 6: the label is -1; the 3 classes are 0 to 2/);
  });

  test('rows without an image', async () => {
    const rows = await testRows(5, shape);
    for (const [bytes, path, message] of [
      [null, 'x.png', 'row 3: column "image": the row has no image bytes (it only names the file "x.png")'],
      [new Uint8Array(), null, 'row 3: column "image": the row has no image bytes'],
    ] as const) {
      const folder = temporaryFolder();
      writeParquet(
        join(folder, 'train.parquet'),
        rows.map((row, i) => (i === 3 ? { ...row, bytes, path } : row)),
      );
      const dataset = await loadDataset(folder);
      expect(await refusal(rowsOf(dataset))).toContain(message);
      expect(await refusal(dataset.imageSource())).toContain('row 3: the row has no image bytes');
    }
  });
});
