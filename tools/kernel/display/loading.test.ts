import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const here = import.meta.dirname;

test('showing plain values loads nothing of common, no tfjs and no image library', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'display-'));
  try {
    const script = join(folder, 'show.mts');
    await writeFile(
      script,
      `import { createRequire } from 'node:module';
import { displayBundle } from ${JSON.stringify(pathToFileURL(join(here, 'index.ts')).href)};
const values = [1, 'a', { a: [1] }, new Map(), new Error('x'), { data: 3, layout: 4 }, Uint8Array.of(1, 2), class {}];
for (const value of values) await displayBundle(value);
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ loaded, native: process.report.getReport().sharedObjects.filter((name) => /sharp|onnx|vips/.test(name)), engine: '_tfengine' in globalThis }));
`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
      cwd: join(here, '../../..'),
    });
    const { loaded, native, engine } = JSON.parse(stdout);
    expect(loaded.filter((path: string) => /node_modules/.test(path) && !/tsx|esbuild/.test(path))).toEqual([]);
    expect(native).toEqual([]);
    expect(engine).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
