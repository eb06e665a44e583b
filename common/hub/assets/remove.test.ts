import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FixtureHub, startFixtureHub } from '../fixtureHub.js';
import { downloadDataset, findAsset, listAssets, removeAsset } from '../index.js';

const big = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) & 255);
const repositories = {
  'datasets/ada/set': { 'README.md': '# Set', 'data/train ünï.bin': big, 'data/test.bin': big.subarray(2000) },
  'datasets/bob/set': { 'x.txt': 'x' },
  'models/ada/net': { 'model.safetensors': big },
};

let project: string;
let assets: string;
let outside: string;
let hub: FixtureHub;
let old: NodeJS.ProcessEnv;

beforeEach(async () => {
  old = { ...process.env };
  project = realpathSync(mkdtempSync(join(tmpdir(), 'atelier-assets ü-')));
  assets = join(project, 'assets');
  outside = join(project, 'outside');
  for (const dir of [assets, outside, join(project, 'papers', 'a'), join(project, 'projects', 'b')])
    mkdirSync(dir, { recursive: true });
  writeFileSync(join(outside, 'precious.txt'), 'precious');
  process.env.ATELIER_ASSETS = assets;
  delete process.env.HF_TOKEN;
  delete process.env.HF_HUB_OFFLINE;
  hub = await startFixtureHub({ repositories });
  process.env.HF_ENDPOINT = hub.url;
});
afterEach(async () => {
  process.env = old;
  rmSync(project, { recursive: true, force: true });
  await hub.close();
});

const list = () => listAssets({ project });
const find = async (name: string) => findAsset(name, await list());
/** A run and a data set that were made here. */
function makeLocal() {
  const run = join(assets, 'outputs', 'a', 'lr=0.1');
  mkdirSync(join(run, 'checkpoints'), { recursive: true });
  writeFileSync(join(run, 'checkpoints', 'best.safetensors'), big);
  mkdirSync(join(assets, 'datasets', 'digits', 'digits'), { recursive: true });
  writeFileSync(join(assets, 'datasets', 'digits', 'README.md'), 'digits');
  mkdirSync(join(assets, 'datasets', 'mine', 'train', 'ant'), { recursive: true });
  mkdirSync(join(assets, 'cache'), { recursive: true });
  writeFileSync(join(assets, 'cache', 'pixels-1.bin'), big);
  return run;
}

describe('remove', () => {
  test('takes the asset and an empty folder of its owner, nothing else', async () => {
    await downloadDataset('ada/set');
    await downloadDataset('bob/set');
    const run = makeLocal();
    const { root } = await list();
    await removeAsset(await find('ada/set'), root);
    expect(readdirSync(join(assets, 'datasets')).sort()).toEqual(['bob', 'digits', 'mine']);
    await removeAsset(await find('digits'), root);
    await removeAsset(await find('outputs/a/lr=0.1'), root);
    await removeAsset(await find('pixels-1.bin'), root);
    expect(existsSync(run)).toBe(false);
    expect((await list()).assets.map(({ id }) => id)).toEqual(['bob/set', 'mine']);
    await removeAsset(await find('mine'), root);
    expect(existsSync(join(assets, 'datasets'))).toBe(true);
  });

  test('of a link takes the link alone, and does not go through links below', async () => {
    const { dir } = await downloadDataset('ada/set');
    symlinkSync(outside, join(dir, 'data', 'out'));
    mkdirSync(join(assets, 'models', 'ada'), { recursive: true });
    symlinkSync(outside, join(assets, 'models', 'ada', 'net'));
    const { root } = await list();
    await removeAsset(await find('ada/net'), root);
    await removeAsset(await find('ada/set'), root);
    expect((await list()).assets).toEqual([]);
    expect(readdirSync(outside)).toEqual(['precious.txt']);
  });

  test('refuses what a link has moved outside since it was listed, and anything that is no asset', async () => {
    await downloadDataset('ada/set');
    const asset = await find('ada/set');
    const { root } = await list();
    rmSync(join(assets, 'datasets', 'ada'), { recursive: true });
    mkdirSync(join(outside, 'set'));
    symlinkSync(outside, join(assets, 'datasets', 'ada'));
    await expect(removeAsset(asset, root)).rejects.toThrow('is a link that leads out of the assets folder');
    for (const dir of [outside, root, join(root, '..', 'outside'), '/'])
      await expect(removeAsset({ ...asset, dir }, root)).rejects.toThrow('is outside of the assets folder');
    expect(existsSync(join(outside, 'set'))).toBe(true);
  });

  test('refuses what is being downloaded or trained', async () => {
    const { dir } = await downloadDataset('ada/set');
    const run = makeLocal();
    const { root } = await list();
    for (const [name, folder, file] of [
      ['datasets/ada/set', dir, '.atelier.lock'],
      ['outputs/a/lr=0.1', run, '.lock'],
    ] as const) {
      const release = await lock(folder, { lockfilePath: join(folder, file) });
      await expect(removeAsset(await find(name), root)).rejects.toThrow(`${name} is in use by another process`);
      await release();
      await removeAsset(await find(name), root);
      expect(existsSync(folder)).toBe(false);
    }
  });
});
