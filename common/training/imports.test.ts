import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// What an import of a part loads, counted in packages instead of milliseconds. A package that only some calls need is loaded by those calls:
// `await import()` in a function that waits anyway, or `lazy` of common/utils around a require.

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Logs every module that is asked for, from the thread of the loader's hooks. */
const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) { writeSync(1, url + '\\n'); return next(url, context); }`;
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const trace = dataUrl(`
  import { createRequire, register } from 'node:module';
  register(${JSON.stringify(dataUrl(hooks))});
  const { cache } = createRequire(${JSON.stringify(import.meta.url)});
  process.on('exit', () => { for (const path of Object.keys(cache)) console.log(path); });`);

/** The packages that `import 'common/<part>'` loads in a process of its own. */
async function packagesOf(part: string): Promise<string[]> {
  const args = ['--import', tsx, '--import', trace, '--input-type=module', '--eval', `import 'common/${part}';`];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
    maxBuffer: 2 ** 24,
  });
  const names = [...stdout.matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/(?!.*node_modules\/)/g)].map(
    ([, name]) => name!,
  );
  // The loader itself.
  return [...new Set(names)].filter((name) => !['tsx', 'esbuild', 'get-tsconfig'].includes(name)).sort();
}

const utils = ['fastest-levenshtein'];
const config = [...utils, 'picomatch', 'yaml', 'zod'];
const engine = [...utils, '@tensorflow/tfjs-core'];

it.each([
  ['utils', utils],
  ['config', config],
  ['visualization', utils],
  ['backend', engine],
  ['nn', engine],
  ['models', [...engine, 'zod']],
  ['training/runs', [...utils, 'yaml']],
  ['training', [...new Set([...engine, ...config, 'consola'])]],
])('common/%s loads no package before a call needs it', async (part, packages) => {
  expect(await packagesOf(part)).toEqual([...packages].sort());
});
