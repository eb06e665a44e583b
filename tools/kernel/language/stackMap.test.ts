import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { StackMap } from './stackMap.js';

const here = fileURLToPath(import.meta.url);

test('a path may have spaces, as a path and as an address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'my notebooks '));
  const file = join(folder, 'own file.ts');
  await writeFile(file, '');
  const stack = [
    'Error: no',
    `    at own (${file}:5:3)`,
    `    at async ${pathToFileURL(file)}:6:1`,
    '    at atelier-cell:7:1:1',
  ];
  expect(new StackMap(folder).map(stack.join('\n'))).toEqual([
    'Error: no',
    '    at own (own file.ts:5:3)',
    '    at async own file.ts:6:1',
    '    at atelier-cell:7:1:1',
  ]);
  await rm(folder, { recursive: true });
});

test('a stack ends with the cell; frames of the kernel, of Node and of files that are not there are left out', () => {
  const stack = [
    'Error: no',
    '    at gather_ (/nowhere/tfjs-core/src/ops/gather.ts:62:17)',
    `    at own (${here}:5:3)`,
    '    at Array.map (<anonymous>)',
    '    at process (node:internal/process:1:2)',
    '    at atelier-cell:7:1:1',
    '    at run (/nowhere/else.js:1:1)',
  ].join('\n');
  expect(new StackMap(dirname(here)).map(stack)).toEqual([
    'Error: no',
    '    at own (stackMap.test.ts:5:3)',
    '    at Array.map (<anonymous>)',
    '    at atelier-cell:7:1:1',
  ]);
});
