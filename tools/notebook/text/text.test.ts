import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { projectRoot } from 'common/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Cell,
  codeCell,
  formatNotebook,
  kernelMetadata,
  type Notebook,
  parseNotebook,
  textCell,
} from '../format/index.js';
import { mergeText, readPercent, sync, writePercent } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-text-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const notebook = (cells: Cell[], metadata: Record<string, unknown> = { ...kernelMetadata }): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata,
  cells,
});
/** What the text form keeps. */
const kept = ({ metadata, cells }: Notebook) => ({ metadata, cells: cells.map(({ id: _, ...cell }) => cell) });

describe('a notebook as text', () => {
  it('reads well', () => {
    const text = writePercent(
      notebook([
        textCell('markdown', '# Title\n\nOne idea.'),
        codeCell('let epochs = 2;', { tags: ['parameters'], title: 'Settings' }),
        codeCell("import { x } from 'y';\nx();"),
      ]),
    );
    expect(text).toMatchInlineSnapshot(`
      "// ---
      // jupyter:
      //   jupytext:
      //     text_representation:
      //       extension: .ts
      //       format_name: percent
      //       format_version: "1.3"
      //   kernelspec:
      //     display_name: TypeScript (Atelier)
      //     language: typescript
      //     name: atelier
      // ---

      // %% [markdown]
      // # Title
      //
      // One idea.

      // %% Settings tags=["parameters"]
      let epochs = 2;

      // %%
      import { x } from 'y';
      x();
      "
    `);
  });

  it('loses nothing of 2,000 random notebooks', () => {
    const random = generator(7);
    for (let i = 0; i < 2000; i++) {
      const made = randomNotebook(random);
      const text = writePercent(made);
      const read = readPercent(text);
      if (JSON.stringify(kept(read)) !== JSON.stringify(kept(made))) expect(kept(read), text).toEqual(kept(made));
      expect(writePercent(read)).toBe(text);
    }
  });

  it('takes what people write', () => {
    const read = readPercent(
      '\uFEFFconst before = 1;\r\n\r\n// %% [md] {"a": 1}\r\n//one\r\n\r\n// two\r\n// %%\r\nx;\r\n',
    );
    expect(read.cells.map(({ cell_type, source, metadata }) => [cell_type, source, metadata])).toEqual([
      ['code', 'const before = 1;', {}],
      ['markdown', 'one\n\ntwo', { a: 1 }],
      ['code', 'x;', {}],
    ]);
    expect(() => readPercent('// %% [mark]\n', 'n.ts')).toThrow(/n\.ts, line 1: a cell is \[markdown\] or \[raw\]/);
    expect(() => readPercent('\n// %% [markdown]\n// a\nb', 'n.ts')).toThrow(
      /n\.ts, line 2: line 2 of this markdown cell/,
    );
    expect(() => readPercent('// %% tags=[1', 'n.ts')).toThrow(/"tags=\[1" is not understood/);
  });

  it('runs with tsx, with await at the top, and is checked as a program', async () => {
    const file = join(folder, 'run.mts');
    const cells = [
      textCell('markdown', 'text'),
      codeCell('const a: number = await Promise.resolve(41);'),
      codeCell('console.log(a + 1);'),
    ];
    await writeFile(file, writePercent(notebook(cells)));
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, file]);
    expect(stdout).toBe('42\n');
    const tsc = join(projectRoot(), 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--module', 'esnext', '--target', 'es2022', '--lib', 'es2022,dom'];
    const check = () => promisify(execFile)(process.execPath, [tsc, ...flags, file], { cwd: folder });
    await check();
    await writeFile(file, (await readFile(file, 'utf8')).replace('resolve(41)', "resolve('41')"));
    await expect(check()).rejects.toThrow();
  });

  it('keeps outputs of cells that are the same, and the id of one that was edited', () => {
    const output = { output_type: 'stream', name: 'stdout', text: 'hi\n' } as const;
    const language_info = { name: 'typescript' };
    const cells: Cell[] = [
      { ...codeCell('a', { execution: { x: 'y' } }, 'id-a'), outputs: [output], execution_count: 3 },
      { ...codeCell('b', {}, 'id-b'), outputs: [output] },
      textCell('markdown', 'c', {}, 'id-c'),
    ];
    const old = notebook(cells, { ...kernelMetadata, language_info });
    const text = notebook([
      textCell('markdown', 'new'),
      codeCell('a', { tags: ['t'] }),
      codeCell('b2'),
      textCell('markdown', 'c'),
    ]);
    const merged = mergeText(text, old);
    expect(merged.metadata).toEqual(old.metadata);
    expect(writePercent(old)).not.toContain('language_info');
    expect(merged.cells.map(({ id }) => id).slice(1)).toEqual(['id-a', 'id-b', 'id-c']);
    expect(merged.cells[1]).toMatchObject({
      outputs: [output],
      execution_count: 3,
      metadata: { tags: ['t'], execution: { x: 'y' } },
    });
    expect(merged.cells[2]).toMatchObject({ source: 'b2', outputs: [] });
  });

  it('syncs the newer half into the other', async () => {
    const [ipynb, ts] = [join(folder, 'n.ipynb'), join(folder, 'n.ts')];
    await writeFile(ipynb, formatNotebook(notebook([{ ...codeCell('1', {}, 'one'), execution_count: 1 }])));
    expect(await sync(ipynb)).toMatch(/n\.ts written from/);
    expect(await sync(ts)).toMatch(/says the same/);
    await writeFile(ts, (await readFile(ts, 'utf8')).replace('\n1\n', '\n1\n\n// %% [markdown]\n// more\n'));
    await utimes(ipynb, new Date(1e9), new Date(1e9));
    expect(await sync(ipynb)).toMatch(/n\.ipynb updated from/);
    const { cells } = parseNotebook(await readFile(ipynb, 'utf8'));
    expect(cells.map(({ source }) => source)).toEqual(['1', 'more']);
    expect(cells[0]).toMatchObject({ id: 'one', execution_count: 1 });
  });
});

function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function randomNotebook(random: (n: number) => number): Notebook {
  const pieces = [
    '// %%',
    '// \\%% x',
    '//%%',
    '%%',
    '\\%%',
    '//',
    '// ',
    ' ',
    '',
    '',
    '\t',
    'let a = 1;',
    '---',
    '// ---',
    '\r',
    'export {}; // a module: cells may await',
    '\u2028',
    '/* x */',
    'import a',
    '"',
    '[markdown]',
    '{',
    'é',
  ];
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];
  const source = () =>
    Array.from({ length: random(5) }, () => Array.from({ length: random(4) }, () => pick(pieces)).join('')).join('\n');
  const values = [
    1,
    null,
    true,
    'a "b" ]\\',
    [],
    ['a', { b: '}' }],
    { 'x y': '\n// %%' },
    1.5e-7,
    '',
    '1.0',
    'yes',
    '2020-01-01',
    'a: b # c',
    '\u2028 ',
  ];
  const names = ['tags', 'a.b-c', 'title', 'id', 'attachments', 'x y', '=', 'name', '%%'];
  const metadata = () => Object.fromEntries(Array.from({ length: random(3) }, () => [pick(names) ?? '', pick(values)]));
  const cells = Array.from({ length: random(6) }, (): Cell => {
    const type = pick(['code', 'code', 'markdown', 'raw'] as const) ?? 'raw';
    const told =
      random(3) === 0
        ? { ...metadata(), title: pick(['A title', 'a=b', '%% x', '[raw]', 'x {', ' y', 'code']) }
        : metadata();
    if (type === 'code') return codeCell(source(), told);
    return {
      ...textCell(type, source(), told),
      ...(random(5) === 0 && { attachments: { 'a.png': { 'image/png': 'QQ==' } } }),
    };
  });
  return notebook(cells, random(2) === 0 ? { ...kernelMetadata } : metadata());
}
