import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { describe, expect, test } from 'vitest';
import { downloadDataset, removeAsset } from '../index.js';
import { assets, find, list, makeLocal, outside } from '../testing/project.js';

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
