// The kernel's programs as plain JavaScript, kept in a cache: running the TypeScript through tsx would cost half a second at each start.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, cacheFolders } from './cacheFolder.mjs';

const root = resolve(import.meta.dirname, '../..');
const entries = {
  main: 'tools/kernel/main.ts',
  executor: 'tools/kernel/executor/main.ts',
};
/** So many builds are kept: a kernel that still runs may start its executor again. */
const KEPT = 8;

/** The folder with main.js and executor.js, built again where a source has changed since. */
export async function bundle() {
  for (const folder of cacheFolders(root)) {
    const built = known(join(folder, 'kernel'));
    if (built) return built;
  }
  return await build(join(cacheFolder(root), 'kernel'));
}

function known(cache) {
  try {
    const { folder, inputs } = JSON.parse(readFileSync(join(cache, 'latest.json'), 'utf8'));
    const isFresh = Object.entries(inputs).every(([path, time]) => statSync(join(root, path)).mtimeMs === time);
    return isFresh && statSync(join(folder, 'main.js')).isFile() ? folder : undefined;
  } catch {
    return undefined; // not built yet, or a source is gone
  }
}

async function build(cache) {
  const { build: esbuild } = await import('esbuild');
  const { outputFiles, metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'out',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [{ name: 'workspace', setup: bundleWorkspace }],
  });
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  const paths = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/'));
  paths.push('tools/kernel/bundle.mjs', 'tools/kernel/cacheFolder.mjs');
  const inputs = Object.fromEntries(paths.map((path) => [path, statSync(join(root, path)).mtimeMs]));
  const unfinished = `${folder}-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const { path, contents } of outputFiles)
    writeFileSync(join(unfinished, relative(join(root, 'out'), path)), contents);
  try {
    renameSync(unfinished, folder);
  } catch {
    rmSync(unfinished, { recursive: true }); // another start has built the same
  }
  const list = join(cache, `latest-${process.pid}.json`);
  writeFileSync(list, JSON.stringify({ folder, inputs }));
  renameSync(list, join(cache, 'latest.json'));
  removeOld(cache);
  return folder;
}

/** `packages: external` would leave the workspace's own TypeScript outside; and a module is to find what lies beside its source. */
function bundleWorkspace(esbuild) {
  esbuild.onResolve({ filter: /^common\// }, ({ path }) => ({ path: join(root, path, 'index.ts') }));
  esbuild.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const url = JSON.stringify(pathToFileURL(path).href);
    return { loader: 'ts', contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url) };
  });
}

function removeOld(cache) {
  const folders = readdirSync(cache, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const byAge = folders.map(({ name }) => join(cache, name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of byAge.slice(KEPT)) rmSync(folder, { recursive: true, force: true });
}
