import { readFile } from 'node:fs/promises';
import { didYouMean, isRecord, messageOf, shortPath, UserError } from 'common/utils';
import type { z } from 'zod';
import { type Cell, cellId, type Notebook } from './notebook.js';
import { notebookSchema } from './schema.js';

/** Reads a notebook's file. Throws a UserError that names the file, the cell and the key where it is none. */
export async function readNotebook(path: string): Promise<Notebook> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`${shortPath(path)} cannot be read: ${messageOf(error)}`);
  }
  return parseNotebook(content, shortPath(path));
}

/**
 * Reads a notebook's text. Format 4.0 to 4.4 becomes 4.5: cells get ids, the same each time. Throws a UserError that names `file`,
 * the cell and the key.
 */
export function parseNotebook(content: string, file = 'notebook'): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    const hint = /^<{7} /m.test(content) ? ' It holds the marks of a git conflict.' : '';
    throw new UserError(`${file} is not JSON, so it is no notebook: ${messageOf(error)}.${hint}`);
  }
  if (!isRecord(value) || typeof value.nbformat !== 'number')
    throw new UserError(`${file} is no notebook: it has no "nbformat"`);
  if (value.nbformat < 4) {
    const cure = 'jupyter nbconvert --to notebook --nbformat 4';
    throw new UserError(`${file} is in notebook format ${value.nbformat}; format 4 is read. Convert it with: ${cure}`);
  }
  if (value.nbformat > 4)
    throw new UserError(`${file} is in notebook format ${value.nbformat}, which is newer than what is known here (4)`);
  const read = notebookSchema.safeParse(value);
  if (!read.success) {
    const told = read.error.issues.slice(0, 5).map((issue) => `${file}, ${describe(issue)}`);
    const more = read.error.issues.length - told.length;
    throw new UserError([...told, ...(more > 0 ? [`and ${more} more mistakes`] : [])].join('\n'));
  }
  const used = new Set<string>();
  const cells = read.data.cells.map((cell, index): Cell => {
    let { id = cellId(index, cell.source) } = cell;
    for (let again = 1; used.has(id); again++) id = cellId(index, `${again}${cell.source}`);
    used.add(id);
    return { ...cell, id };
  });
  const { orig_nbformat, orig_nbformat_minor, signature, ...metadata } = read.data.metadata;
  return { nbformat: 4, nbformat_minor: Math.max(5, read.data.nbformat_minor), metadata, cells };
}

const knownKeys = ['cell_type', 'id', 'metadata', 'source', 'outputs', 'execution_count', 'attachments'];

/** Where and what, for people: cells count from 1. */
function describe({ path, message, code, ...rest }: z.core.$ZodIssue): string {
  const place = path.map((key, index) => {
    const before = path[index - 1];
    if (typeof key !== 'number') return String(key);
    return before === 'cells' ? `cell ${key + 1}` : before === 'outputs' ? `output ${key + 1}` : `[${key}]`;
  });
  const where = place.filter((_, index) => typeof path[index + 1] !== 'number' || place[index] !== 'cells').join(', ');
  const plain = where.replaceAll('outputs, output', 'output') || 'notebook';
  if (code === 'unrecognized_keys' && 'keys' in rest && Array.isArray(rest.keys)) {
    const [key = ''] = rest.keys.map(String);
    return `${plain}: unknown key "${key}"${didYouMean(key, knownKeys)}`;
  }
  if (code === 'invalid_union' && 'discriminator' in rest) {
    const allowed = String(path.at(-1)) === 'output_type' ? 'stream, display_data, execute_result or error' : '';
    return `${plain}: must be ${allowed || 'code, markdown or raw'}`;
  }
  return `${plain}: ${message.replace(/^Invalid input: /, '')}`;
}
