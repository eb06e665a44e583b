import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkDataset } from './index.js';

let root: string;
let paper: string;
let set: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'atelier-link-')));
  paper = join(root, 'papers', 'a_paper');
  set = join(root, 'assets', 'datasets', 'ylecun', 'mnist');
  mkdirSync(paper, { recursive: true });
  mkdirSync(set, { recursive: true });
  writeFileSync(join(set, 'x.txt'), 'x');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('the link is relative, leads there, and a second call changes nothing', async () => {
  const link = await linkDataset(paper, set);
  expect(link).toEqual({ path: join(paper, 'data'), target: '../../assets/datasets/ylecun/mnist', state: 'created' });
  expect(readlinkSync(join(paper, 'data'))).toBe('../../assets/datasets/ylecun/mnist');
  expect(readFileSync(join(paper, 'data', 'x.txt'), 'utf8')).toBe('x');
  expect((await linkDataset(paper, set)).state).toBe('unchanged');
});

test('a link that points elsewhere, or nowhere, is replaced', async () => {
  symlinkSync('../nowhere', join(paper, 'data'));
  expect((await linkDataset(paper, set)).state).toBe('replaced');
  expect(realpathSync(join(paper, 'data'))).toBe(set);
});

test('a real folder or file is never replaced', async () => {
  mkdirSync(join(paper, 'data'));
  writeFileSync(join(paper, 'data', 'mine.txt'), 'mine');
  await expect(linkDataset(paper, set)).rejects.toThrow(
    /data is a real folder, which is not replaced by a link: move it away/,
  );
  expect(readFileSync(join(paper, 'data', 'mine.txt'), 'utf8')).toBe('mine');
  rmSync(join(paper, 'data'), { recursive: true });
  writeFileSync(join(paper, 'data'), 'mine');
  await expect(linkDataset(paper, set)).rejects.toMatchObject({ name: 'UserError' });
});

test('several calls at once make one link', async () => {
  const links = await Promise.all(Array.from({ length: 8 }, () => linkDataset(paper, set)));
  expect(links.filter(({ state }) => state === 'created')).toHaveLength(1);
  expect(lstatSync(join(paper, 'data')).isSymbolicLink()).toBe(true);
});

test('a paper that is reached through a link itself gets a link that leads there', async () => {
  mkdirSync(join(root, 'deep', 'er'), { recursive: true });
  symlinkSync(join(root, 'papers'), join(root, 'deep', 'er', 'papers'));
  await linkDataset(join(root, 'deep', 'er', 'papers', 'a_paper'), set);
  expect(realpathSync(join(paper, 'data'))).toBe(set);
});

test('a missing paper or data set is told, with how to get it', async () => {
  await expect(linkDataset(join(root, 'papers', 'b'), set)).rejects.toThrow('There is no folder');
  process.env.ATELIER_ASSETS = join(root, 'assets');
  try {
    await expect(linkDataset(paper, join(root, 'assets/datasets/ada/set'))).rejects.toThrow(
      'npx atelier download dataset ada/set',
    );
  } finally {
    delete process.env.ATELIER_ASSETS;
  }
});

test('on Windows the link is a junction: an absolute target, replaced without a rename', async () => {
  expect(await linkDataset(paper, set, 'win32')).toEqual({ path: join(paper, 'data'), target: set, state: 'created' });
  expect(readlinkSync(join(paper, 'data'))).toBe(set);
  expect((await linkDataset(paper, set, 'win32')).state).toBe('unchanged');
  // Windows tells a junction's target with a closing backslash.
  rmSync(join(paper, 'data'));
  symlinkSync(`${set}\\`, join(paper, 'data'));
  expect((await linkDataset(paper, set, 'win32')).state).toBe('unchanged');
  rmSync(join(paper, 'data'));
  symlinkSync(join(root, 'elsewhere'), join(paper, 'data'));
  expect((await linkDataset(paper, set, 'win32')).state).toBe('replaced');
  expect(realpathSync(join(paper, 'data'))).toBe(set);
  rmSync(join(paper, 'data'));
  mkdirSync(join(paper, 'data'));
  await expect(linkDataset(paper, set, 'win32')).rejects.toThrow('is a real folder');
});

test('names with spaces and letters of every kind', async () => {
  const odd = join(root, 'assets', 'datasets', 'ada', 'ünï ☃ set');
  const oddPaper = join(root, 'papers', 'wörk in progress');
  mkdirSync(odd, { recursive: true });
  mkdirSync(oddPaper);
  await linkDataset(oddPaper, odd);
  expect(readlinkSync(join(oddPaper, 'data'))).toBe('../../assets/datasets/ada/ünï ☃ set');
  expect(realpathSync(join(oddPaper, 'data'))).toBe(odd);
});
