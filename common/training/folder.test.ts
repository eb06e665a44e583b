import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createRunFolder, findRun, outputsDir } from './folder.js';

beforeEach(async () => {
  process.env.ATELIER_ASSETS = await mkdtemp(join(tmpdir(), 'folder-'));
});

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

it('finds a run by folder, by a file in it, by name and by paper/name', async () => {
  const folder = await createRunFolder('p', 'digits');
  await writeFile(join(folder, 'config.yaml'), '');
  await mkdir(join(folder, 'checkpoints'));
  await writeFile(join(folder, 'checkpoints', 'best.safetensors'), '');
  for (const name of [folder, join(folder, 'checkpoints', 'best.safetensors'), 'digits', 'p/digits'])
    expect(await findRun(name)).toBe(folder);
  await expect(findRun('digit')).rejects.toThrow(/No run "digit".*Did you mean "digits"/);
  const other = await createRunFolder('q', 'digits');
  await writeFile(join(other, 'config.yaml'), '');
  await expect(findRun('digits')).rejects.toThrow(/More than one run/);
  expect(await findRun('digits', 'q')).toBe(join(outputsDir('q'), 'digits'));
});
