import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dataset } from '../dataset.js';
import { datasetFromRows } from '../memoryDataset.js';
import { createSplits } from './createSplits.js';
import { splitEntries } from './entries.js';
import { applySplit, applySplits } from './readSplits.js';
import { writeSplits } from './writeSplits.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier apply '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function images(paths: readonly (string | null)[]): Dataset {
  const rows = paths.map((path, n) => ({ image: { bytes: Uint8Array.of(n), path }, n }));
  return datasetFromRows<Record<string, unknown>>(rows, {
    features: { image: { type: 'image' }, n: { type: 'value', dtype: 'int32' } },
    name: 'zoo',
  });
}

test('index files by path survive another order of the rows; by row number they do not need paths', async () => {
  const paths = Array.from({ length: 12 }, (_, i) => `class ${i % 2}/${i}.png`);
  const dataset = images(paths);
  const { parts } = createSplits(12, { labels: paths.map((path) => path.slice(0, 7)), folds: 2, test: 4, seed: 3 });
  await writeSplits(join(folder, 'paths'), parts, await splitEntries(dataset));
  const applied = await applySplits(dataset, join(folder, 'paths'));
  expect(Object.keys(applied).sort()).toEqual(Object.keys(parts).sort());
  for (const [name, rows] of Object.entries(parts)) expect(await applied[name]?.column('n')).toEqual(Array.from(rows));
  // The same images in reverse: the same images are in test.
  const reversed = images(paths.toReversed());
  const test_ = await applySplit(reversed, join(folder, 'paths', 'test.txt'));
  expect(await test_.column('n')).toEqual(Array.from(parts.test!, (row) => 11 - row));

  const nameless = images(paths.map((path, i) => (i === 5 ? null : path)));
  expect((await splitEntries(nameless)).kind).toBe('row');
  await writeSplits(join(folder, 'rows'), parts, await splitEntries(nameless));
  expect(await (await applySplit(nameless, join(folder, 'rows', 'test.txt'))).column('n')).toEqual(
    Array.from(parts.test!),
  );
});

test('an unknown entry names file, line and the nearest path; a column that holds no images is an error', async () => {
  const file = join(folder, 'bad.txt');
  writeFileSync(file, '# x\nants/11.png\n');
  await expect(applySplit(images(['ants/1.png', 'bees/2.png']), file)).rejects.toThrow(
    `${file}, line 2: the data set has no "ants/11.png". Did you mean "ants/1.png"?`,
  );
  await expect(splitEntries(images(['a']), 'n')).rejects.toThrow('no image column "n"');
});
