import { isRecord, writeFileAtomic } from 'common/utils';
import type { MimeData, Notebook, Output } from './notebook.js';

/** Writes a notebook's file, whole or not at all. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await writeFileAtomic(path, formatNotebook(notebook));
}

/** The text of a notebook's file as Jupyter writes it: keys in alphabetical order, one space of indent, texts as lists of lines. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => {
    const { trusted, ...metadata } = cell.metadata;
    const common = { ...cell, metadata, source: splitLines(cell.source) };
    if (cell.cell_type === 'code') return { ...common, outputs: cell.outputs.map(outputForFile) };
    if (!cell.attachments) return common;
    const attachments = Object.entries(cell.attachments).map(([name, data]) => [name, dataForFile(data)]);
    return { ...common, attachments: Object.fromEntries(attachments) };
  });
  return `${JSON.stringify(sorted({ ...notebook, cells }), undefined, 1)}\n`;
}

function outputForFile(output: Output): unknown {
  if (output.output_type === 'stream') return { ...output, text: splitLines(output.text) };
  return output.output_type === 'error' ? output : { ...output, data: dataForFile(output.data) };
}

const splitTypes = /^(text\/.*|application\/javascript|image\/svg\+xml)$/;

const dataForFile = (data: MimeData): MimeData =>
  Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      typeof value === 'string' && splitTypes.test(type) ? splitLines(value) : value,
    ]),
  );

/** Where Python's `str.splitlines`, which Jupyter uses, ends a line. */
const lineEnds = ['\r\n', ...'\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029'].join('|');
const lineEnd = new RegExp(`(?<=${lineEnds})(?<!\r(?=\n))`);

function splitLines(text: string): string[] {
  return text === '' ? [] : text.split(lineEnd);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
