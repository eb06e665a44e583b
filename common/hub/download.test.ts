import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FixtureOptions } from './fixtureHub.js';
import {
  type DownloadProgress,
  downloadDataset,
  downloadModel,
  formatDownloadSummary,
  getDatasetsDir,
  getModelsDir,
} from './index.js';
import { assets, bytes, card, hub, repositories, start, test1, train } from './testing/sampleHub.js';

const read = (path: string) => new Uint8Array(readFileSync(join(assets, path)));

describe('a download', () => {
  test('brings every file, a record beside them, and no rest', async () => {
    await start();
    const seen: DownloadProgress[] = [];
    const result = await downloadDataset('ada/set', { onProgress: (progress) => seen.push(progress) });
    expect(result.dir).toBe(join(getDatasetsDir(), 'ada', 'set'));
    expect(Buffer.compare(read('datasets/ada/set/plain/train-0.parquet'), train)).toBe(0);
    expect(read('datasets/ada/set/empty')).toHaveLength(0);
    expect(result.received).toBe(300_000 + 5000 + 6 + card.length);
    expect(readdirSync(result.dir).sort()).toEqual(['.atelier.json', 'README.md', 'empty', 'extra', 'plain']);
    const record = JSON.parse(readFileSync(join(result.dir, '.atelier.json'), 'utf8'));
    // Printed by `git hash-object` for "hello\n" and for nothing.
    expect(record.files['extra/notes.txt'].hash).toBe('git:ce013625030ba8dba906f756967f9e9ca394464a');
    expect(record.files.empty.hash).toBe('git:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
    expect(record.revision).toBe(result.revision);
    expect(seen.at(-1)).toMatchObject({
      phase: 'done',
      files: { done: 5, total: 5 },
      bytes: { done: result.bytes, total: result.bytes },
    });
    expect(formatDownloadSummary(result)).toContain('5 files, 305 kB');
  });

  test('is one request for the commit, one for the listing, one for each file with content', async () => {
    await start();
    await downloadDataset('ada/set');
    expect(hub.requests).toHaveLength(2 + 4);
    expect(
      hub
        .content()
        .map(({ file }) => file)
        .sort(),
    ).toEqual(['README.md', 'extra/notes.txt', 'plain/test-0.parquet', 'plain/train-0.parquet']);
  });

  test('called again asks for the commit alone; asked for a commit, nobody', async () => {
    await start();
    const { revision } = await downloadDataset('ada/set');
    hub.requests.length = 0;
    const again = await downloadDataset('ada/set');
    expect(again.files.every(({ state }) => state === 'cached')).toBe(true);
    expect(hub.requests).toHaveLength(1);
    await downloadDataset('ada/set', { revision });
    await downloadDataset('ada/set', { revision, split: 'test' });
    expect(hub.requests).toHaveLength(1);
  });

  test('repairs a file that was changed, cut or removed here, and only that', async () => {
    await start();
    const { dir } = await downloadDataset('ada/set');
    writeFileSync(join(dir, 'plain/test-0.parquet'), bytes(5000, 8));
    writeFileSync(join(dir, 'extra/notes.txt'), 'hel');
    // Touched but not changed: hashed, not fetched.
    utimesSync(join(dir, 'plain/train-0.parquet'), 1, 1);
    hub.requests.length = 0;
    await downloadDataset('ada/set');
    expect(
      hub
        .content()
        .map(({ file }) => file)
        .sort(),
    ).toEqual(['extra/notes.txt', 'plain/test-0.parquet']);
    expect(read('datasets/ada/set/plain/test-0.parquet')).toEqual(test1);
  });

  test('without its record hashes what is there and fetches nothing', async () => {
    await start();
    const { dir } = await downloadDataset('ada/set');
    writeFileSync(join(dir, '.atelier.json'), '{ broken');
    hub.requests.length = 0;
    const again = await downloadDataset('ada/set');
    expect(again.received).toBe(0);
    expect(hub.content()).toEqual([]);
  });

  test('moves to a new commit: changed files are fetched, removed ones removed, the rest kept', async () => {
    const repos: FixtureOptions['repositories'] = repositories();
    await start({ repositories: repos });
    const first = await downloadDataset('ada/set');
    repos['datasets/ada/set'] = { ...repos['datasets/ada/set'], 'plain/test-0.parquet': bytes(6000, 9) };
    delete repos['datasets/ada/set']?.['extra/notes.txt'];
    hub.requests.length = 0;
    // Only train is asked for, and nothing of train moved; what else is here moves along.
    const second = await downloadDataset('ada/set', { split: 'train' });
    expect(second.revision).not.toBe(first.revision);
    expect(hub.content().map(({ file }) => file)).toEqual(['plain/test-0.parquet']);
    expect(existsSync(join(first.dir, 'extra/notes.txt'))).toBe(false);
    expect(read('datasets/ada/set/plain/test-0.parquet')).toEqual(bytes(6000, 9));
  });

  test('takes a config, a split, include and exclude, and adds to what is there', async () => {
    await start();
    const split = await downloadDataset('ada/set', { split: 'test' });
    expect(split.files.map(({ path }) => path)).toEqual(['README.md', 'plain/test-0.parquet']);
    expect(
      (await downloadDataset('ada/set', { config: 'plain', exclude: '*.md' })).files.map(({ path }) => path),
    ).toEqual(['plain/train-0.parquet', 'plain/test-0.parquet']);
    expect((await downloadDataset('ada/set', { include: ['extra/', 'empty'] })).files.map(({ path }) => path)).toEqual([
      'extra/notes.txt',
      'empty',
    ]);
    expect(hub.content()).toHaveLength(4);
  });

  test('reads a listing of many pages, and names with every kind of letter', async () => {
    const names = [
      'a#b?.txt',
      '100%.txt',
      'ant photos (f).jpg',
      'dir/ünï ☃.txt',
      'a&b=c+d;e.txt',
      '[x]{y}.txt',
      "it's.txt",
      '%2e%2e%2fx',
    ];
    const set = Object.fromEntries(names.map((name, i) => [name, `content ${i} ${name}`]));
    await start({ repositories: { 'datasets/ada/odd': set }, page: 3 });
    await downloadDataset('ada/odd');
    for (const name of names) expect(readFileSync(join(assets, 'datasets/ada/odd', name), 'utf8')).toBe(set[name]);
    // A name that looks like a glob is itself.
    expect((await downloadDataset('ada/odd', { include: '[x]{y}.txt' })).files).toHaveLength(1);
  });

  test('of a model goes to models, a single file of it by its name', async () => {
    await start();
    const result = await downloadModel('ada/net', { filename: 'model.safetensors' });
    expect(result.dir).toBe(join(getModelsDir(), 'ada', 'net'));
    expect(read('models/ada/net/model.safetensors')).toEqual(bytes(2000, 3));
    await expect(downloadModel('ada/net', { filename: 'model.safetensor' })).rejects.toThrow(
      'The repository has no file "model.safetensor". Did you mean "model.safetensors"? There are 2 files: config.json, model.safetensors.',
    );
  });
});
