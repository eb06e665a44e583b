import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerSettings } from './messages.js';

const folder = dirname(fileURLToPath(import.meta.url));

/** The root of the repository that this kernel belongs to. */
export const repositoryRoot = join(folder, '..', '..', '..');

const cache = join(repositoryRoot, 'node_modules', '.cache', 'atelier');

/** V8's flags, which must be the same when a snapshot is made and when it is used. A roomy nursery spares collections. */
export const snapshotFlags = ['--max-semi-space-size=32'];

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
 * The worker's files, which lie in `node_modules/.cache` and are named by what they were made from. The script is made
 * here when it is missing: worker threads load no TypeScript, and hooks that would let them cost more time than the
 * worker itself, so esbuild joins the files once. Snapshots are made by `prepareLanguage`.
 */
export function workerFiles(): WorkerFiles {
  const key = cacheKey();
  const script = join(cache, `language-${key}.cjs`);
  if (!existsSync(script)) bundle(script, key);
  const [base, full] = snapshotPaths(key).map((path) => (existsSync(path) ? path : undefined));
  return { script, base, full };
}

/**
 * Makes the snapshots from which the language starts several times as fast, where they are missing: once after an
 * install or a change of the kernel. It takes some seconds, at low priority, and may be left to itself.
 */
export async function prepareLanguage(): Promise<void> {
  const { script, base, full } = workerFiles();
  if (base && full) return;
  const key = cacheKey();
  const [basePath = '', fullPath = ''] = snapshotPaths(key);
  const lock = join(cache, `language-${key}.lock`);
  if (!takeLock(lock)) return;
  try {
    if (!base) await makeSnapshot(script, basePath, []);
    if (!full) await makeSnapshot(script, fullPath, preloaded);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Of several kernels one makes the snapshots; a lock that is ten minutes old was left by a process that ended. */
function takeLock(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat && Date.now() - stat.mtimeMs > 600_000) rmSync(path, { force: true });
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function snapshotPaths(key: string): string[] {
  return ['base', 'full'].map((name) => join(cache, `language-${key}-${process.version}-${process.arch}-${name}.blob`));
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

function bundle(path: string, key: string): void {
  mkdirSync(cache, { recursive: true });
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
}

function makeSnapshot(script: string, path: string, modules: readonly string[]): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const settings = workerSettings(join(repositoryRoot, 'notebooks'));
  const child = spawn(process.execPath, [...snapshotFlags, '--snapshot-blob', temporary, '--build-snapshot', script], {
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
