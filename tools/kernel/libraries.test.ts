import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestKernel, type TestKernel } from './testing/testKernel.js';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await startTestKernel();
});
afterAll(() => kernel?.remove());

test("the first import of a notebook may be of Node's own globals", async () => {
  const cell = await kernel.run(
    "import process from 'node:process'; import { Buffer } from 'node:buffer'; import { sep } from 'node:path'; [process.pid > 0, Buffer.from(sep).length]",
  );
  expect(cell.error?.traceback).toBeUndefined();
  expect(cell.result).toBe('[ true, 1 ]');
});

test('libraries see Node, although cells see Deno.jupyter', async () => {
  const cell = await kernel.run(
    `const { createConsola } = require('consola');
     const { runtime } = await import('std-env');
     const ort = require('onnxruntime-node');
     const { fetch: undiciFetch } = require('undici');
     const tf = require('@tensorflow/tfjs');
     const xlsx = require('xlsx');
     createConsola({ level: 3, stdout: process.stdout, stderr: process.stderr }).log('consola');
     const sheet = xlsx.read(xlsx.write({ SheetNames: ['a'], Sheets: { a: xlsx.utils.aoa_to_sheet([[5]]) } }, { type: 'buffer' }));
     [runtime, 'Deno' in globalThis, typeof Deno.jupyter.display, tf.env().get('IS_NODE'), sheet.Sheets.a.A1.v,
      typeof ort.InferenceSession.create, typeof undiciFetch].join(' ')`,
  );
  expect(cell.error).toBeUndefined();
  expect(cell.result).toBe("'node false function true 5 function function'");
  expect(cell.stdout).toContain('consola');
});

test('common shows its progress through the host of the notebook', async () => {
  const cell = await kernel.run(
    `import { notebook } from 'common/utils';
     notebook()?.display({ 'text/plain': '1 of 2' }, { displayId: 'bar' });
     notebook()?.display({ 'text/plain': '2 of 2' }, { displayId: 'bar', update: true });`,
  );
  expect(cell.error?.traceback).toBeUndefined();
  expect(
    cell.messages.slice(1).map(({ header, content }) => [header.msg_type, content.data, content.transient]),
  ).toEqual([
    ['display_data', { 'text/plain': '1 of 2' }, { display_id: 'bar' }],
    ['update_display_data', { 'text/plain': '2 of 2' }, { display_id: 'bar' }],
  ]);
});
