import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAtelier } from '../../cli/testing/atelier.js';
import { kernelCommand } from '../client/index.js';
import { dataDirs, findKernels, userDataDir, writeKernelSpec } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-install-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// As jupyter_core's paths.py says.
describe.skipIf(process.platform === 'win32')("Jupyter's folders", () => {
  const env = { HOME: '/h', APPDATA: '/a', PROGRAMDATA: '/p' };
  it.each([
    [env, 'linux', '/h/.local/share/jupyter'],
    [{ ...env, XDG_DATA_HOME: '/x' }, 'linux', '/x/jupyter'],
    [env, 'darwin', '/h/Library/Jupyter'],
    [env, 'win32', '/a/jupyter'],
    [{ ...env, JUPYTER_DATA_DIR: '/d' }, 'linux', '/d'],
  ] as const)('%o on %s: %s', (given, platform, expected) => {
    expect(userDataDir(given, platform)).toBe(posix.normalize(expected));
  });

  it('come in the order in which Jupyter looks', () => {
    expect(dataDirs({ ...env, JUPYTER_PATH: '/one:/two', VIRTUAL_ENV: '/v' }, 'linux')).toEqual([
      '/one',
      '/two',
      '/h/.local/share/jupyter',
      '/v/share/jupyter',
      '/usr/local/share/jupyter',
      '/usr/share/jupyter',
    ]);
  });
});

it('a kernelspec has absolute paths that exist, and logos', async () => {
  const spec = await writeKernelSpec(folder);
  const { argv, display_name, language, interrupt_mode } = JSON.parse(
    await readFile(join(spec, 'kernel.json'), 'utf8'),
  );
  expect([display_name, language, interrupt_mode]).toEqual(['TypeScript (Atelier)', 'typescript', 'message']);
  expect(argv).toEqual(kernelCommand());
  expect(argv.at(-1)).toBe('{connection_file}');
  for (const path of argv.slice(0, -1)) if (!path.startsWith('-')) expect(existsSync(path)).toBe(true);
  for (const size of [32, 64]) {
    const { width, height, format } = await sharp(join(spec, `logo-${size}x${size}.png`)).metadata();
    expect([width, height, format]).toEqual([size, size, 'png']);
  }
  expect(await readFile(join(spec, 'logo-svg.svg'), 'utf8')).toMatch(/^<svg /);
  expect(await findKernels([folder])).toMatchObject([{ name: 'atelier', isOurs: true, interruptMode: 'message' }]);
  await expect(writeKernelSpec(folder, 'a b')).rejects.toThrow(/a kernel's name is made of letters/);
});

it('the commands install, list and uninstall, and touch no other kernel', async () => {
  const env = { JUPYTER_DATA_DIR: join(folder, 'user'), JUPYTER_PATH: '', VIRTUAL_ENV: '', CONDA_PREFIX: '' };
  const atelier = (...args: string[]) => startAtelier(['kernel', ...args], env, folder).done;
  const other = join(folder, 'user', 'kernels', 'atelier2');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'kernel.json'), '{"argv":["x"],"display_name":"Other","language":"python"}');
  expect(await atelier('install', '--no-prepare')).toMatchObject({
    code: 0,
    stdout: `installed in ${join(folder, 'user', 'kernels', 'atelier')}.\n`,
  });
  expect(await atelier('install', '--no-prepare', '--prefix', 'env', '--name', 'mine')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'env', 'share', 'jupyter', 'kernels', 'mine', 'kernel.json'))).toBe(true);
  const { stdout } = await atelier('list');
  expect(stdout).toMatch(/^\* atelier {3}TypeScript \(Atelier\) .*\n {2}atelier2 {2}Other /);
  expect(await atelier('uninstall', '--name', 'atelier2')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Did you mean "atelier"/),
  });
  expect(await atelier('uninstall')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'user', 'kernels', 'atelier'))).toBe(false);
  expect(existsSync(other)).toBe(true);
  expect(await atelier('install', '--user', '--prefix', 'x')).toMatchObject({ code: 2 });
});

it('lab says what to do where there is no Jupyter', () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { status, stderr } = spawnSync(process.execPath, ['--import', tsx, join(import.meta.dirname, 'lab.ts')], {
    env: { PATH: folder },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /JupyterLab is not installed here\.[\s\S]*VS Code[\s\S]*atelier kernel install[\s\S]*pip install jupyterlab/,
  );
});
