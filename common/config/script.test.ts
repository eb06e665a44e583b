import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { paper } from './fixtures/paper.js';

const here = (file: string) => JSON.stringify(pathToFileURL(fileURLToPath(new URL(file, import.meta.url))).href);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const runFile = (path: string, ...argv: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(process.execPath, ['--import', tsx, path, ...argv], (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('a script run by itself: help exits 0, a mistake 1, a command line 2, all without a stack', async () => {
  const script = `import * as z from ${JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve('zod')).href)};
import { defineConfig } from ${here('./index.ts')};
const config = await defineConfig({ schema: z.object({ a: z.number().describe('the only key') }), dir: import.meta.dirname });
console.log(config.a);`;
  const dir = paper({ 'config.yaml': 'a: 1\n', 'train.mts': script });
  const run = (...argv: string[]) => runFile(join(dir, 'train.mts'), ...argv);
  expect(await run('a=2')).toEqual({ code: 0, stdout: '2\n', stderr: '' });
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('the only key'), stderr: '' });
  expect(await run('b=2')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'b=2: unknown key b. Did you mean "a"?\n  b=2\n  ^\n',
  });
  writeFileSync(join(dir, 'config.yaml'), 'a: x\n');
  expect(await run()).toEqual({
    code: 1,
    stdout: '',
    stderr: `${join(dir, 'config.yaml')}:1:4: a must be a number, but is "x"\n`,
  });
});

test('isScript tells the program that was started from a module that it imports', async () => {
  const dir = paper({
    'config.yaml': 'a: 1\n',
    'part.mts': `import { isScript } from ${here('./isScript.ts')};\nexport const started = isScript(import.meta.url);\nif (started) console.log('part');`,
    'whole.mts': `import { isScript } from ${here('./isScript.ts')};\nimport { started } from './part.mts';\nconsole.log(isScript(import.meta.url), started);`,
  });
  expect(await runFile(join(dir, 'part.mts'))).toEqual({ code: 0, stdout: 'part\n', stderr: '' });
  expect(await runFile(join(dir, 'whole.mts'))).toEqual({ code: 0, stdout: 'true false\n', stderr: '' });
});
