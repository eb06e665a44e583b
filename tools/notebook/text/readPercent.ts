import { isRecord, messageOf, UserError } from 'common/utils';
import { parse } from 'yaml';
import {
  type Cell,
  cellId,
  codeCell,
  kernelMetadata,
  type MimeData,
  type Notebook,
  textCell,
} from '../format/index.js';
import { readHeaderLine } from './headerLine.js';
import { moduleLine } from './writePercent.js';

/**
 * Reads a TypeScript file of `// %%` cells. Code before the first of them is a cell as well. Throws a UserError that names `file` and
 * the line where a cell's head or a comment cannot be understood.
 */
export function readPercent(text: string, file = 'notebook.ts'): Notebook {
  const content = text.replace(/^\uFEFF/, '');
  const isWindows = /^[^\n]*\r\n/.test(content);
  const plain = isWindows ? content.replaceAll('\r\n', '\n') : content;
  const lines = plain.replace(/\n$/, '').split('\n');
  const start = headEnd(lines);
  const metadata = start === 0 ? { ...kernelMetadata } : readHead(lines.slice(1, start - 1), file);
  const marks = lines.flatMap((line, index) => (index >= start && /^\/\/ ?%%/.test(line) ? [index] : []));
  const before = lines.slice(start, marks[0]).filter((line) => line !== moduleLine);
  const cells: Cell[] = [];
  const first = before.join('\n').replace(/^\s*\n|\s+$/g, '');
  if (first.trim() !== '') cells.push(codeCell(first));
  for (const [i, mark] of marks.entries()) {
    const next = marks[i + 1];
    const body = lines.slice(mark + 1, next);
    if (next !== undefined && body.at(-1) === '') body.pop();
    cells.push(readCell(lines[mark] ?? '', body, `${file}, line ${mark + 1}`));
  }
  const withIds = cells.map((cell, index) => ({ ...cell, id: cellId(index, cell.source) }));
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: withIds };
}

/** The line after the head, 0 where there is none. */
function headEnd(lines: readonly string[]): number {
  if (lines[0] !== '// ---') return 0;
  return lines.indexOf('// ---', 1) + 1;
}

function readHead(lines: readonly string[], file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(lines.map((line) => uncomment(line) ?? '').join('\n'));
  } catch (error) {
    throw new UserError(`${file}: its head is no YAML: ${messageOf(error)}`);
  }
  const jupyter = isRecord(value) ? value.jupyter : undefined;
  if (!isRecord(jupyter)) return { ...kernelMetadata };
  const { jupytext, ...rest } = jupyter;
  // What says only that this is a text file is of no use in the notebook.
  const isKept = isRecord(jupytext) && Object.keys(jupytext).some((name) => name !== 'text_representation');
  return isKept ? { jupytext, ...rest } : rest;
}

function readCell(line: string, body: readonly string[], where: string): Cell {
  const { type, metadata, attachments } = readHeaderLine(line, where);
  const lines = body.map((one) => one.replace(/^(\/\/ ?\\*)\\%%/, '$1%%'));
  if (type === 'code') return codeCell(lines.join('\n'), metadata);
  const source = lines.map((one, index) => {
    const content = uncomment(one);
    if (content !== undefined) return content;
    throw new UserError(
      `${where}: line ${index + 1} of this ${type} cell is no comment (${JSON.stringify(one)}); each line starts with //`,
    );
  });
  return {
    ...textCell(type, source.join('\n'), metadata),
    ...(attachments && { attachments: attachmentData(attachments) }),
  };
}

function uncomment(line: string): string | undefined {
  if (line.trim() === '') return '';
  return /^\/\/ ?([\s\S]*)$/.exec(line)?.[1];
}

const attachmentData = (value: Record<string, unknown>): Record<string, MimeData> =>
  Object.fromEntries(Object.entries(value).flatMap(([name, data]) => (isRecord(data) ? [[name, data]] : [])));
