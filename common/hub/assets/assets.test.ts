import {
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { downloadDataset, downloadModel, linkDataset, verifyAsset } from '../index.js';
import { assets, find, hub, list, makeLocal, outside, project } from '../testing/project.js';

describe('the list', () => {
  test('of nothing is empty', async () => {
    expect(await list()).toEqual({ root: assets, assets: [], dangling: [] });
    rmSync(assets, { recursive: true });
    expect((await list()).assets).toEqual([]);
  });

  test('has downloads, runs, caches and what was made here, with sizes and the links that lead there', async () => {
    const { dir, revision, bytes } = await downloadDataset('ada/set');
    await downloadModel('ada/net');
    makeLocal();
    await linkDataset(join(project, 'papers', 'a'), dir);
    symlinkSync(join('..', '..', 'assets', 'datasets', 'gone', 'x'), join(project, 'projects', 'b', 'data'));
    const { assets: found, dangling } = await list();
    expect(found.map(({ kind, id, state, files }) => [kind, id, state, files])).toEqual([
      ['dataset', 'ada/set', 'downloaded', 3],
      ['dataset', 'digits', 'local', 1],
      ['dataset', 'mine', 'local', 0],
      ['model', 'ada/net', 'downloaded', 1],
      ['output', 'a/lr=0.1', 'local', 1],
      ['cache', 'pixels-1.bin', 'local', 1],
    ]);
    expect(found[0]).toMatchObject({
      key: 'datasets/ada/set',
      bytes,
      revision,
      names: ['main'],
      links: ['papers/a/data'],
    });
    expect(bytes).toBe(5000 + 3000 + 5);
    expect(found[5]).toMatchObject({ bytes: 5000, revision: undefined });
    expect(dangling).toEqual([
      { path: 'projects/b/data', target: join(assets, 'datasets', 'gone', 'x'), dangling: true },
    ]);
  });

  test('tells links that lead out, and does not follow them', async () => {
    mkdirSync(join(assets, 'datasets', 'ada'), { recursive: true });
    symlinkSync(outside, join(assets, 'datasets', 'ada', 'set'));
    symlinkSync(outside, join(assets, 'models'));
    expect((await list()).assets).toMatchObject([
      { key: 'datasets/ada/set', state: 'link', target: outside, bytes: 0, files: 0 },
      { key: 'models', state: 'link', target: outside, bytes: 0, files: 0 },
    ]);
  });

  test('tells a download that stopped, and what an interrupted removal left', async () => {
    const { dir } = await downloadDataset('ada/set');
    mkdirSync(join(dir, '.incomplete'));
    writeFileSync(join(dir, '.incomplete', 'abc'), 'part');
    mkdirSync(join(assets, 'datasets', 'ada', '.removing-1-x'));
    expect((await list()).assets.map(({ id, state }) => [id, state])).toEqual([
      ['ada/.removing-1-x', 'left over'],
      ['ada/set', 'incomplete'],
    ]);
  });
});

describe('a name', () => {
  test('is an id, a place in assets, or a path', async () => {
    const { dir } = await downloadDataset('ada/set');
    for (const name of ['ada/set', 'datasets/ada/set', 'assets/datasets/ada/set/', dir, join(dir, '..', 'set')])
      expect((await find(name)).dir, name).toBe(dir);
  });

  test.each([
    ['ada/sett', 'There is no asset "ada/sett". Did you mean "ada/set"?'],
    ['datasets/ada/ste', 'Did you mean "datasets/ada/set"?'],
    ['ada', 'ada holds 2 assets: name one or several of them. datasets/ada/set, models/ada/net'],
    ['datasets', 'datasets holds 2 assets'],
    ['ada/set/README.md', 'is a part of datasets/ada/set; only a whole asset can be named here'],
    ['../outside', 'is outside of the assets folder'],
    ['ada/../../outside', 'is outside of the assets folder'],
    ['/', 'is outside of the assets folder'],
    ['..\\..\\x', 'is outside of the assets folder'],
    ['', 'There is no asset ""'],
  ])('%j', async (name, words) => {
    for (const id of ['ada/set', 'bob/set']) await downloadDataset(id);
    await downloadModel('ada/net');
    await expect(find(name)).rejects.toThrow(words);
  });

  test('that two kinds have is asked back; the assets folder and paths through links are refused', async () => {
    await downloadDataset('ada/set');
    mkdirSync(join(assets, 'models', 'ada', 'set'), { recursive: true });
    await expect(find('ada/set')).rejects.toThrow('"ada/set" may be datasets/ada/set or models/ada/set: name it so.');
    await expect(find(assets)).rejects.toThrow('is the assets folder itself');
    symlinkSync(outside, join(assets, 'datasets', 'out'));
    await expect(find(join(assets, 'datasets', 'out', 'precious.txt'))).rejects.toThrow(
      'is outside of the assets folder',
    );
  });
});

describe('verify', () => {
  test('reads everything, and names each file that is damaged, cut, missing or replaced', async () => {
    const { dir } = await downloadDataset('ada/set');
    const seen: number[] = [];
    const whole = await verifyAsset(await find('ada/set'), { onBytes: (done) => seen.push(done) });
    expect(whole).toEqual({ state: 'whole', files: 3, bytes: 8005, problems: [] });
    expect(seen.at(-1)).toBe(8005);

    // One bit, with the old time of change: only reading finds it.
    const path = join(dir, 'data/train ünï.bin');
    const { mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[4321] = (bytes[4321] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    utimesSync(path, mtime, mtime);
    truncateSync(join(dir, 'data/test.bin'), 10);
    rmSync(join(dir, 'README.md'));
    const damaged = await verifyAsset(await find('ada/set'));
    expect(damaged.state).toBe('damaged');
    expect(damaged.problems).toEqual([
      { path: 'README.md', problem: 'is missing' },
      { path: 'data/test.bin', problem: 'has 10 bytes instead of 3000' },
      { path: 'data/train ünï.bin', problem: 'is damaged: its content is not what was downloaded' },
    ]);
    // The next download brings these, though size and time of one have not moved.
    hub.requests.length = 0;
    await downloadDataset('ada/set');
    expect(hub.content()).toHaveLength(3);
    expect((await verifyAsset(await find('ada/set'))).state).toBe('whole');
  });

  test('never follows a link out of the folder', async () => {
    const { dir } = await downloadDataset('ada/set');
    rmSync(join(dir, 'data'), { recursive: true });
    symlinkSync(outside, join(dir, 'data'));
    rmSync(join(dir, 'README.md'));
    symlinkSync(join(outside, 'precious.txt'), join(dir, 'README.md'));
    const { problems } = await verifyAsset(await find('ada/set'));
    expect(problems.map(({ problem }) => problem)).toEqual([
      'is a link now, which is not followed',
      expect.stringContaining('is a link'),
      expect.stringContaining('is a link'),
    ]);
    rmSync(dir, { recursive: true });
    symlinkSync(outside, dir);
    expect(await verifyAsset(await find('ada/set'))).toMatchObject({ state: 'link', files: 0 });
  });

  test('a record that is broken, or names files outside', async () => {
    const { dir } = await downloadDataset('ada/set');
    const record = join(dir, '.atelier.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace('README.md', '../../../outside/precious.txt'));
    const { problems } = await verifyAsset(await find('ada/set'));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.problem).toContain('it would leave its folder');
    writeFileSync(record, '{ broken');
    expect(await verifyAsset(await find('ada/set'))).toMatchObject({
      state: 'damaged',
      problems: [{ path: '.atelier.json' }],
    });
    expect(readFileSync(join(outside, 'precious.txt'), 'utf8')).toBe('precious');
  });

  test('what was made here has nothing to compare with', async () => {
    makeLocal();
    expect((await verifyAsset(await find('digits'))).state).toBe('no record');
    expect((await verifyAsset(await find('outputs/a/lr=0.1'))).state).toBe('no record');
  });
});
