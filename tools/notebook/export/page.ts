import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { escapeHtml, isRecord } from 'common/utils';
import type { Cell, Notebook } from '../format/index.js';
import { highlight } from './highlight.js';
import { markdownHtml } from './markdown.js';
import { type HtmlOptions, outputHtml } from './outputHtml.js';
import { createSanitizer } from './sanitize.js';

export type PageOptions = {
  /** Its name is the title where the notebook has none. */
  file: string;
  /** Scripts of outputs run, each in a frame of its own origin; without, they are left out and a static picture is shown where there is one. */
  isTrusted?: boolean;
  /** Whether the cells' code is shown (true). */
  hasCode?: boolean;
};

/** What a page of an untrusted notebook may do: show what is in it. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/** A notebook with its outputs as one HTML file that loads nothing: pictures, styles and formulas are in it. Light and dark as the reader's system is. */
export async function notebookPage(
  notebook: Notebook,
  { file, isTrusted = false, hasCode = true }: PageOptions,
): Promise<string> {
  const options = { isTrusted, sanitize: createSanitizer(), folder: dirname(file) };
  const spec = notebook.metadata.kernelspec;
  const language = isRecord(spec) && typeof spec.language === 'string' ? spec.language : 'typescript';
  const cells = notebook.cells.map((cell) => cellHtml(cell, language, hasCode, options));
  const resize =
    "addEventListener('message',(e)=>{for(const f of document.querySelectorAll('iframe'))if(f.contentWindow===e.source&&e.data&&e.data.atelierHeight)f.style.height=Number(e.data.atelierHeight)+'px'})";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${isTrusted ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`}<meta name="generator" content="atelier notebook export">
<title>${escapeHtml(titleOf(notebook) ?? basename(file).replace(/\.[^.]+$/, ''))}</title>
<style>
${styles()}
</style>
</head>
<body>
<main>
${cells.filter((cell) => cell !== '').join('\n')}
</main>
${isTrusted ? `<script>${resize}</script>\n` : ''}</body>
</html>
`;
}

function cellHtml(cell: Cell, language: string, hasCode: boolean, options: HtmlOptions & { folder: string }): string {
  if (cell.cell_type !== 'code')
    return cell.cell_type === 'raw'
      ? `<section class="raw"><pre>${escapeHtml(cell.source)}</pre></section>`
      : `<section class="markdown">${options.sanitize(markdownHtml(cell.source, cell.attachments, options.folder))}</section>`;
  const outputs = cell.outputs.map((output) => `<div class="output">${outputHtml(output, options)}</div>`);
  const code =
    hasCode && cell.source.trim() !== ''
      ? [
          `<pre class="code" data-count="${cell.execution_count ?? ' '}"><code>${highlight(cell.source, language)}</code></pre>`,
        ]
      : [];
  return code.length + outputs.length === 0
    ? ''
    : `<section class="cell">${[...code, ...outputs].join('\n')}</section>`;
}

/** The notebook's title, or its first heading. */
function titleOf({ metadata, cells }: Notebook): string | undefined {
  if (typeof metadata.title === 'string') return metadata.title;
  for (const cell of cells) {
    const heading = cell.cell_type === 'markdown' ? /^#\s+(.+)$/m.exec(cell.source)?.[1] : undefined;
    if (heading !== undefined) return heading.replace(/[`*_$]/g, '');
  }
  return undefined;
}

function styles(): string {
  const theme = (name: string) =>
    readFileSync(createRequire(import.meta.url).resolve(`highlight.js/styles/${name}.min.css`), 'utf8');
  const own = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8');
  return `${theme('github')}\n@media (prefers-color-scheme: dark) {\n${theme('github-dark')}\n}\n${own}`;
}
