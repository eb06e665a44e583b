import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeCell, kernelMetadata, type Notebook, type Output, textCell } from '../format/index.js';
import { mergeParameters } from './mergeParameters.js';
import { notebookPage } from './page.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-export-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const display = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data, metadata: {} });
const notebook = (outputs: Output[], markdown = ''): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { ...kernelMetadata },
  cells: [textCell('markdown', markdown), { ...codeCell('const a: number = 1;'), outputs, execution_count: 3 }],
});
const page = async (outputs: Output[], markdown = '', isTrusted = false) =>
  new JSDOM(await notebookPage(notebook(outputs, markdown), { file: join(folder, 'n.ipynb'), isTrusted })).window
    .document;

describe('a notebook as a page', () => {
  it('shows text, formulas, code and pictures, and loads nothing', async () => {
    await writeFile(join(folder, 'a b.png'), Buffer.from(pixel, 'base64'));
    const document = await page(
      [
        { output_type: 'stream', name: 'stdout', text: '<b>\u001b[31mred\u001b[0m' },
        display({ 'text/plain': 'x', 'image/png': `${pixel}\n` }),
        display({ 'text/plain': 'x', 'text/html': '<table><tr><td>cell</td></tr></table>' }),
        display({ 'text/latex': '$\\frac{a}{b}$' }),
      ],
      '# A *title* of $x^2$\n\nIt costs $5 or $6.\n\n![one](a%20b.png)\n\n```ts\nlet a = 1;\n```',
    );
    expect(document.title).toBe('A title of x^2');
    expect(document.querySelector('h1 math msup')).not.toBeNull();
    expect(document.querySelector('.markdown p')?.textContent).toBe('It costs $5 or $6.');
    expect(document.querySelector('.markdown img')?.getAttribute('src')).toBe(`data:image/png;base64,${pixel}`);
    expect(document.querySelector('.markdown pre .hljs-keyword')?.textContent).toBe('let');
    expect(document.querySelector('pre.code[data-count="3"] .hljs-keyword')?.textContent).toBe('const');
    expect(document.querySelector('pre.stdout')?.innerHTML).toBe('&lt;b&gt;<span class="ansi-red-fg">red</span>');
    expect(document.querySelector('.picture img')?.getAttribute('src')).toBe(`data:image/png;base64,${pixel}`);
    expect(document.querySelector('.html td')?.textContent).toBe('cell');
    expect(document.querySelector('.output math mfrac')).not.toBeNull();
    const links = [...document.querySelectorAll('[src], link[href]')].map((one) => one.getAttribute('src') ?? 'link');
    expect(links.filter((link) => !link.startsWith('data:'))).toEqual([]);
    expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'");
  });

  it('lets nothing of an untrusted notebook run', async () => {
    const evil = '<img src=x onerror="alert(1)"><a href="javascript:alert(1)">a</a><iframe src="https://x"></iframe>';
    const document = await page(
      [
        display({ 'text/html': `${evil}<script>alert(1)</script>`, 'image/png': pixel }),
        display({ 'text/html': evil.replace(/<iframe.*/, '') }),
        display({ 'image/svg+xml': '<svg onload="alert(1)"><script>alert(1)</script><circle r="3"/></svg>' }),
        display({ 'image/png': '"><script>alert(1)</script>', 'text/plain': 'plain' }),
      ],
      `${evil}<script>alert(1)</script>\n\n[x](javascript:alert(1))`,
    );
    expect(document.querySelectorAll('script, iframe')).toHaveLength(0);
    expect(document.body.innerHTML).not.toMatch(/onerror|onload|javascript:/);
    expect(document.querySelectorAll('.output .picture img')).toHaveLength(1);
    expect(document.querySelector('svg circle')).not.toBeNull();
    expect(document.querySelector('pre.result')?.textContent).toBe('plain');
  });

  it('puts scripts of a trusted one into frames without access to the page', async () => {
    const document = await page([display({ 'text/html': '<div id="a"></div><script>draw("a")</script>' })], '', true);
    const frame = document.querySelector('iframe');
    expect(frame?.getAttribute('sandbox')).toBe('allow-scripts');
    expect(frame?.getAttribute('srcdoc')).toContain('<script>draw("a")</script>');
  });
});

it('a program has each parameter once, with the value that was given', () => {
  const cells = [
    codeCell("let epochs = 2; // how long\nconst mode: 'a' | 'b' = 'a', rest = f();\nlet late: number;", {
      tags: ['parameters'],
    }),
    codeCell("// Parameters\nconst mode: 'a' | 'b' = \"b\";\nlet epochs: number = 5;\nlet late: number = 3;", {
      tags: ['injected-parameters'],
    }),
    codeCell('epochs'),
  ];
  const merged = mergeParameters({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
  expect(merged.cells.map(({ source }) => source)).toEqual([
    "let epochs = 5; // how long\nconst mode: 'a' | 'b' = \"b\", rest = f();\nlet late: number = 3;",
    'epochs',
  ]);
});
