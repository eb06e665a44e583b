import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, cacheFolders } from '../cacheFolder.mjs';
import type { WorkerSettings } from './messages.js';

const folder = dirname(fileURLToPath(import.meta.url));

/** The root of the repository that this kernel belongs to. */
export const repositoryRoot = join(folder, '..', '..', '..');

/**
 * V8's flags, which must be the same when a snapshot is made and when it is used. A roomy nursery spares collections:
 * programs are rebuilt for each cell.
 */
export const workerFlags = ['--max-semi-space-size=32', '--max-old-space-size=3072'];

/** The modules that notebooks of this repository import; a snapshot holds them parsed. */
const preloaded = [
  'common/backend',
  'common/config',
  'common/data',
  'common/hub',
  'common/losses',
  'common/metrics',
  'common/models',
  'common/nn',
  'common/optim',
  'common/training',
  'common/visualization',
  '@tensorflow/tfjs',
];

/** The files that a language worker is started from. */
export type WorkerFiles = {
  /** The worker's code as one JavaScript file. */
  script: string;
  /** A snapshot of V8's heap with the declarations of JavaScript and Node parsed, where one was made. */
  base: string | undefined;
  /** The same with the repository's modules. */
  full: string | undefined;
};

export function workerSettings(cwd: string): WorkerSettings {
  const typescript = createRequire(import.meta.url).resolve('@tslab/typescript-for-tslab');
  return { cwd, repository: repositoryRoot, library: dirname(typescript) };
}

/**
 * The worker's files, which lie in the kernel's cache and are named by what they were made from. The script is made here
 * when it is missing: hooks that let Node load TypeScript would cost more time than the worker itself, so esbuild joins
 * the files once. Snapshots are made by `prepareLanguage`.
 */
export function workerFiles(): WorkerFiles {
  const key = cacheKey();
  const folders = cacheFolders(repositoryRoot);
  const found = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const script = found(scriptName(key)) ?? bundle(key);
  return { script, base: found(snapshotName(key, 'base')), full: found(snapshotName(key, 'full')) };
}

/**
 * Makes the snapshots from which the language starts several times as fast, where they are missing: once after an
 * install or a change of the kernel. It takes some seconds, at low priority, and may be left to itself.
 */
export async function prepareLanguage(): Promise<void> {
  const { script, base, full } = workerFiles();
  if (base && full) return;
  const key = cacheKey();
  const cache = cacheFolder(repositoryRoot);
  const lock = join(cache, `language-${key}.lock`);
  if (!takeLock(lock)) return;
  try {
    if (!base) await makeSnapshot(script, join(cache, snapshotName(key, 'base')), []);
    if (!full) await makeSnapshot(script, join(cache, snapshotName(key, 'full')), preloaded);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Of several kernels one makes the snapshots; a lock whose process has ended counts for nothing. */
function takeLock(path: string): boolean {
  if (existsSync(path) && !isHeld(path)) rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(path: string): boolean {
  try {
    // After ten minutes the id may be another process's.
    if (Date.now() - statSync(path).mtimeMs > 600_000) return false;
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

function scriptName(key: string): string {
  return `language-${key}.cjs`;
}

function snapshotName(key: string, name: 'base' | 'full'): string {
  return `language-${key}-${process.version}-${process.arch}-${name}.blob`;
}

function cacheKey(): string {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const files = sources.sort().map((name) => join(folder, name));
  files.push(join(repositoryRoot, 'node_modules', '.package-lock.json'));
  const hash = createHash('sha256');
  for (const path of files) {
    const stat = statSync(path, { throwIfNoEntry: false });
    hash.update(`${path} ${stat?.mtimeMs} ${stat?.size}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

function bundle(key: string): string {
  const cache = cacheFolder(repositoryRoot);
  const path = join(cache, scriptName(key));
  const require = createRequire(import.meta.url);
  const { buildSync }: typeof import('esbuild') = require('esbuild');
  const temporary = `${path}.${process.pid}`;
  buildSync({
    entryPoints: [join(folder, 'worker.ts')],
    outfile: temporary,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  for (const old of readdirSync(cache)) {
    if (old.startsWith('language-') && !old.includes(key)) rmSync(join(cache, old), { force: true });
  }
  renameSync(temporary, path);
  return path;
}

function makeSnapshot(script: string, path: string, modules: readonly string[]): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const settings = workerSettings(join(repositoryRoot, 'notebooks'));
  const child = spawn(process.execPath, [...workerFlags, '--snapshot-blob', temporary, '--build-snapshot', script], {
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      ATELIER_LANGUAGE: JSON.stringify(settings),
      ATELIER_PRELOAD: JSON.stringify(modules),
    },
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) {
        renameSync(temporary, path);
        resolve();
      } else {
        rmSync(temporary, { force: true });
        reject(new Error(`The snapshot of the language worker could not be made (exit code ${code}).`));
      }
    });
  });
}
