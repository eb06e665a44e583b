import { stringify } from 'yaml';
import { type Cell, type Notebook, volatileMetadata } from '../format/index.js';

/** The line that makes a file without imports a module, which top-level `await` needs. */
export const moduleLine = 'export {}; // a module: cells may await';

/** What Jupytext looks for in a file's head to know its form. */
const textRepresentation = {
  text_representation: { extension: '.ts', format_name: 'percent', format_version: '1.3' },
};

/**
 * A notebook as a TypeScript file in Jupytext's percent format: `// %%` starts a cell; markdown and raw cells are comments. The head
 * holds the notebook's metadata, a cell's line its own. Outputs, execution counts, timings, ids and
 * what a run tells of the language are left to the .ipynb file.
 */
export function writePercent(notebook: Notebook): string {
  const isModule = notebook.cells.some(
    (cell) => cell.cell_type === 'code' && /^\s*(import|export)\b/m.test(cell.source),
  );
  const parts = [head(notebook), ...(isModule ? [] : [`${moduleLine}\n`]), ...notebook.cells.map(cellText)];
  return parts.join('\n');
}

function head({ metadata }: Notebook): string {
  const { language_info: _, ...kept } = metadata;
  const jupyter = 'jupytext' in kept ? kept : { jupytext: textRepresentation, ...kept };
  const yaml = stringify({ jupyter }, { lineWidth: 0 }).trimEnd();
  return `${['---', ...yaml.split('\n'), '---'].map(comment).join('\n')}\n`;
}

function cellText(cell: Cell): string {
  const lines = cell.source.split('\n');
  const body = cell.cell_type === 'code' ? lines : lines.map(comment);
  return `${[headerLine(cell), ...body.map(escapeMarker)].join('\n')}\n`;
}

const comment = (line: string): string => (line === '' ? '//' : `// ${line}`);

/** A line of a cell that looks like the start of one gets a backslash, which reading takes away again. */
const escapeMarker = (line: string): string => line.replace(/^(\/\/ ?\\*)%%/, '$1\\%%');

/** Names that may stand as `name=value`; `attachments` is no metadata. */
const simpleName = /^(?!attachments$|title$)[A-Za-z_][\w.-]*$/;
const simpleTitle = /^(?!\\*%)[^\s="[\]{}]+( [^\s="[\]{}]+)*$/;

function headerLine(cell: Cell): string {
  const kept = Object.fromEntries(Object.entries(cell.metadata).filter(([name]) => !volatileMetadata.has(name)));
  const { title, ...others } = kept;
  const isTitle = typeof title === 'string' && simpleTitle.test(title);
  const metadata = isTitle || title === undefined ? others : kept;
  const names = Object.keys(metadata);
  const values = names.every((name) => simpleName.test(name))
    ? names.map((name) => `${name}=${JSON.stringify(metadata[name])}`)
    : [JSON.stringify(metadata)];
  if (cell.cell_type !== 'code' && cell.attachments) values.push(`attachments=${JSON.stringify(cell.attachments)}`);
  const type = cell.cell_type === 'code' ? [] : [`[${cell.cell_type}]`];
  return ['// %%', ...(isTitle ? [title] : []), ...type, ...values].join(' ');
}
