import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAtelier } from '../../cli/testing/atelier.js';
import { codeCell, formatNotebook, kernelMetadata, type Notebook, parseNotebook } from '../format/index.js';
import { cleanNotebook } from './cleanNotebook.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-clean-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const dirty: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { ...kernelMetadata, language_info: { name: 'typescript', version: '5.0' }, widgets: {}, title: 'T' },
  cells: [
    {
      ...codeCell('1', { tags: ['a'], execution: { 'shell.execute_reply': 'x' }, collapsed: true }, 'c'),
      outputs: [{ output_type: 'stream', name: 'stdout', text: '1\n' }],
      execution_count: 4,
    },
  ],
};

it('takes out what a run leaves, and nothing else', () => {
  expect(cleanNotebook(dirty)).toEqual({
    ...dirty,
    metadata: { ...kernelMetadata, language_info: { name: 'typescript' }, title: 'T' },
    cells: [codeCell('1', { tags: ['a'] }, 'c')],
  });
  expect(cleanNotebook(dirty, { keepOutputs: true }).cells[0]).toMatchObject({
    metadata: { tags: ['a'] },
    outputs: [{ text: '1\n' }],
    execution_count: 4,
  });
  expect(cleanNotebook(cleanNotebook(dirty))).toEqual(cleanNotebook(dirty));
});

it('checks, cleans, and is a git filter', async () => {
  const path = join(folder, 'n.ipynb');
  const text = formatNotebook(dirty);
  await writeFile(path, text);
  const atelier = (...args: string[]) => startAtelier(['notebook', 'clean', ...args], {}, folder).done;
  expect(await atelier('--check', '.')).toMatchObject({ code: 1, stdout: 'n.ipynb is not clean\n' });
  expect(await readFile(path, 'utf8')).toBe(text);

  const cli = join(import.meta.dirname, '..', '..', 'cli', 'atelier.mjs');
  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  git('init', '--quiet');
  git('config', 'filter.notebook.clean', `"${process.execPath}" "${cli}" notebook clean -`);
  git('config', 'filter.notebook.required', 'true');
  await writeFile(join(folder, '.gitattributes'), '*.ipynb filter=notebook\n');
  git('add', '.');
  expect(parseNotebook(git('show', ':n.ipynb')).cells[0]).toMatchObject({ outputs: [], execution_count: null });
  expect(await readFile(path, 'utf8')).toBe(text);

  expect(await atelier('n.ipynb')).toMatchObject({ code: 0, stdout: 'n.ipynb cleaned\n' });
  expect(await atelier('--check', 'n.ipynb')).toMatchObject({ code: 0, stdout: 'clean already\n' });
});
