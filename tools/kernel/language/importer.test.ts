import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestNotebook, type TestNotebook } from './testing/testNotebook.js';

let notebook: TestNotebook;
let edits = 0;

/** Writes a file, later than any time before. */
function write(name: string, text: string): void {
  const path = join(notebook.folder, name);
  writeFileSync(path, text);
  edits++;
  const time = Date.now() / 1000 + edits;
  utimesSync(path, time, time);
}

async function value(code: string): Promise<unknown> {
  const outcome = await notebook.run(code);
  if (outcome.problems !== undefined || outcome.error !== undefined) throw new Error(outcome.problems ?? outcome.error);
  return outcome.value;
}

beforeAll(async () => {
  notebook = startTestNotebook();
  await notebook.language.ready();
}, 120_000);

afterAll(() => notebook.close());

it('loads edited files and what imports them anew, and keeps the state of the others', {
  timeout: 60_000,
}, async () => {
  write('state.ts', 'let count = 0;\nexport const next = (): number => ++count;\n');
  write(
    'base.ts',
    'import { next } from "./state.js";\nexport const factor: number = 10;\nexport const loaded: number = next();\n',
  );
  write('user.ts', 'import { factor } from "./base.js";\nexport const scaled = (x: number): number => x * factor;\n');
  expect(
    await value('import { scaled } from "./user.ts"; import { next } from "./state.ts"; [scaled(2), next()]'),
  ).toEqual([20, 2]);
  write(
    'base.ts',
    'import { next } from "./state.js";\nexport const factor: number = 100;\nexport const loaded: number = next();\n',
  );
  expect(await value('[scaled(2), next()]')).toEqual([200, 4]);
  expect(notebook.reloaded()).toEqual([join(notebook.folder, 'base.ts')]);
  expect(await value('scaled(3)')).toBe(300);
  expect(notebook.reloaded()).toEqual([]);
});

it('checks cells against the edited types', { timeout: 60_000 }, async () => {
  write('typed.ts', 'export const size: number = 1;\n');
  expect(await value('import { size } from "./typed.js"; size')).toBe(1);
  write('typed.ts', 'export const size: string = "big";\n');
  expect(await value('size.toUpperCase()')).toBe('BIG');
});

it('keeps the former version of a file that does not load, and says so', { timeout: 60_000 }, async () => {
  write('broken.ts', 'export const fine = 1;\n');
  expect(await value('import { fine } from "./broken.js"; fine')).toBe(1);
  write('broken.ts', 'export const fine = 1;\nthrow new Error("while loading");\n');
  expect((await notebook.run('1')).error).toContain('while loading');
  write('broken.ts', 'export const fine = 3;\n');
  expect(await value('fine')).toBe(3);
});

it('follows exports that change', { timeout: 60_000 }, async () => {
  write('live.ts', 'export let level = 1;\nexport function raise(): void { level++; }\n');
  expect(await value('import { level, raise } from "./live.js"; raise(); level')).toBe(1);
  expect(await value('level')).toBe(2);
  expect(await value('let level = 7; raise(); level')).toBe(7);
  expect(await value('level')).toBe(7);
});

it('has one instance of a module, however it is imported', { timeout: 60_000 }, async () => {
  write('one.ts', 'export const token = {};\n');
  write(
    'two.ts',
    'export { token } from "./one.js";\nexport const lazily = async () => (await import("./one.js")).token;\n',
  );
  expect(
    await value(
      'import { token, lazily } from "./two.js"; import * as one from "./one.ts"; [token === one.token, token === await lazily(), token === (await import("./one")).token]',
    ),
  ).toEqual([true, true, true]);
});

it('takes CommonJS, ES modules of packages and exports maps', { timeout: 60_000 }, async () => {
  const folder = join(notebook.folder, 'node_modules', 'mapped');
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "mapped", "type": "module", "exports": { "./*": { "types": "./lib/*.d.ts", "default": "./lib/*.js" } } }',
  );
  writeFileSync(join(folder, 'lib', 'deep.js'), 'export const deep = 5;\nexport default "d";\n');
  writeFileSync(
    join(folder, 'lib', 'deep.d.ts'),
    'export declare const deep: number;\ndeclare const _default: string;\nexport default _default;\n',
  );
  write('old.cjs', 'module.exports = { a: 1, default: 2 };\n');
  expect(await value('import d, { deep } from "mapped/deep"; [d, deep.toFixed(1)]')).toEqual(['d', '5.0']);
  expect(await value('const old = require("./old.cjs"); old.a')).toBe(1);
});

it('names the file that awaits at its top level', { timeout: 60_000 }, async () => {
  write('awaits.ts', 'export const x = 1;\nexport const y = await Promise.resolve(2);\n');
  expect((await notebook.run('import { y } from "./awaits.js"; y')).error).toContain('awaits.ts:2:17');
});
