// A project with assets, for the tests of the store.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type FixtureHub, startFixtureHub } from '../fixtureHub.js';
import { findAsset, listAssets } from '../index.js';

export const big = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) & 255);
const repositories = {
  'datasets/ada/set': { 'README.md': '# Set', 'data/train ünï.bin': big, 'data/test.bin': big.subarray(2000) },
  'datasets/bob/set': { 'x.txt': 'x' },
  'models/ada/net': { 'model.safetensors': big },
};

/** Made anew for each test: a project with its assets, a folder beside it, and a Hub. */
export let project: string;
export let assets: string;
export let outside: string;
export let hub: FixtureHub;
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

export const list = () => listAssets({ project });
export const find = async (name: string) => findAsset(name, await list());
/** A run and a data set that were made here. */
export function makeLocal() {
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
