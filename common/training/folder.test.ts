import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRunFolder } from './folder.js';

let assets: string;
beforeEach(async () => {
  assets = await mkdtemp(join(tmpdir(), 'folder-'));
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true }));

it('never gives one folder to two runs', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => createRunFolder('p', 'digits_lr-0.1')));
  expect(made.map((path) => basename(path)).sort()).toEqual([
    'digits_lr-0.1',
    'digits_lr-0.1-2',
    'digits_lr-0.1-3',
    'digits_lr-0.1-4',
    'digits_lr-0.1-5',
  ]);
});
