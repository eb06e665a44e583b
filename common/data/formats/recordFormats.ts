import { UserError } from '../../utils/index.js';
import type { DataFile } from '../files/dataFile.js';
import type { RecordFormat } from './recordFormat.js';

/**
 * How the rows of a text file are written, by its name; for `.json` by its first character: a list, or a line an object.
 *
 * @throws UserError for a `.json` file that is one object: it must be said where in it the rows are.
 */
export async function recordFormat(file: DataFile, { delimiter }: { delimiter?: string } = {}): Promise<RecordFormat> {
  const path = file.path.toLowerCase();
  if (/\.(csv|tsv)$/.test(path)) {
    const { csvFormat } = await import('./csv.js');
    return csvFormat(delimiter ?? (path.endsWith('.tsv') ? '\t' : ','));
  }
  if (/\.(txt|text)$/.test(path)) return (await import('./text.js')).textFormat;
  const { jsonArray, jsonLines } = await import('./json.js');
  if (!path.endsWith('.json')) return jsonLines;
  const head = Buffer.from((await file.read(0, Math.min(file.size, 64 << 10))).buffer).toString('utf8');
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('[')) return jsonArray;
  const [line = ''] = text.split('\n');
  // An object that ends on its own line: then the others do too.
  const isLines = isObject(line) || (file.size > head.length && !text.includes('\n'));
  if (isLines || !text.startsWith('{')) return jsonLines;
  const keys = [...text.matchAll(/"([^"\\]+)"\s*:\s*\[/g)].map((match) => match[1]);
  throw new UserError(
    `${file.name} is one object, not a list of rows. Name the key under which the rows are with the option field${keys.length > 0 ? `, for example field: '${keys[0]}'` : ''}.`,
  );
}

function isObject(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
