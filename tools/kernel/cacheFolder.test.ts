import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cacheFolder, cacheFolders } from './cacheFolder.mjs';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function repository(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'cache-folder-test-')));
  made.push(root);
  mkdirSync(join(root, 'node_modules'));
  return root;
}

/** A repository in which nothing can be made, whoever runs the test: where the folder would be is a file. */
function fixedRepository(): string {
  const root = repository();
  writeFileSync(join(root, 'node_modules/.cache'), '');
  return root;
}

test('what is built lies in node_modules', () => {
  const root = repository();
  expect(cacheFolder(root)).toBe(join(root, 'node_modules/.cache/atelier'));
  expect(cacheFolders(root)).toHaveLength(1);
});

test('where that cannot be written, a temporary folder of the user takes it, from which packages are found', () => {
  const root = fixedRepository();
  const folder = cacheFolder(root);
  made.push(folder);
  expect(folder.startsWith(tmpdir())).toBe(true);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  expect(realpathSync(join(folder, 'node_modules'))).toBe(join(root, 'node_modules'));
  expect(cacheFolder(root), 'the next start finds it').toBe(folder);
  expect(cacheFolders(root)).toEqual([join(root, 'node_modules/.cache/atelier'), folder]);
});

test('a folder that others may write, or a link to one, is not used', () => {
  for (const isLink of [false, true]) {
    const root = fixedRepository();
    const expected = cacheFolder(root);
    rmSync(expected, { recursive: true });
    made.push(expected);
    if (isLink) symlinkSync(root, expected);
    else {
      mkdirSync(expected);
      expect(lstatSync(expected).mode & 0o077).not.toBe(0);
    }
    const folder = cacheFolder(root);
    made.push(folder);
    expect(folder).not.toBe(expected);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  }
});
