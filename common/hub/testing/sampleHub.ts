// A Hub with a small data set and a small model, and an empty assets folder, anew for each test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type FixtureHub, type FixtureOptions, startFixtureHub } from '../fixtureHub.js';

export const bytes = (n: number, seed = 1) =>
  Uint8Array.from({ length: n }, (_, i) => (i * 31 + (i >> 8) * seed + seed) & 255);
export const train = bytes(300_000);
export const test1 = bytes(5000, 7);
export const card =
  '---\nconfigs:\n- config_name: plain\n  data_files:\n  - split: train\n    path: plain/train-*\n  - split: test\n    path: plain/test-*\n---\n# Set\n';
export const repositories = () => ({
  'datasets/ada/set': {
    'README.md': card,
    'plain/train-0.parquet': train,
    'plain/test-0.parquet': test1,
    'extra/notes.txt': 'hello\n',
    empty: '',
  },
  'models/ada/net': { 'config.json': '{}', 'model.safetensors': bytes(2000, 3) },
});

export let hub: FixtureHub;
export let assets: string;
let old: NodeJS.ProcessEnv;
export const start = async (options: Partial<FixtureOptions> = {}) => {
  hub = await startFixtureHub({ repositories: repositories(), ...options });
  process.env.HF_ENDPOINT = hub.url;
};

beforeEach(() => {
  old = { ...process.env };
  assets = mkdtempSync(join(tmpdir(), 'atelier-hub-'));
  process.env.ATELIER_ASSETS = assets;
  delete process.env.HF_TOKEN;
  delete process.env.HF_HUB_OFFLINE;
});
afterEach(async () => {
  process.env = old;
  rmSync(assets, { recursive: true, force: true });
  await hub.close();
});
