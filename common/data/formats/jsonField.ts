import { didYouMean, messageOf, UserError } from '../../utils/index.js';
import type { DataFile } from '../files/dataFile.js';
import type { Row } from '../table.js';
import { textOf } from './recordFormat.js';

/** The largest file that is parsed as a whole. */
const LARGEST = 512 << 20;

/** The rows of a JSON file that is one object, under this key: `{ "version": …, "data": [{…}, …] }`. The file is read as a whole. */
export async function readField(file: DataFile, field: string): Promise<Row[]> {
  if (file.size > LARGEST)
    throw new UserError(
      `${file.name} has ${file.size} bytes; one object is read as a whole, up to ${LARGEST}: use JSON lines.`,
    );
  let object: unknown;
  try {
    object = JSON.parse(textOf(await file.read(0, file.size)).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${file.name}: this is no valid JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new UserError(`${file.name} is no object: leave the option field out.`);
  const rows: unknown = Object.entries(object).find(([key]) => key === field)?.[1];
  if (!Array.isArray(rows)) {
    const keys = Object.keys(object);
    throw new UserError(
      `${file.name} has no list of rows "${field}".${didYouMean(field, keys)} Its keys are: ${keys.join(', ')}.`,
    );
  }
  return rows.map((row: unknown, i) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return { ...row };
    throw new UserError(`${file.name}, row ${i} of "${field}": an object is expected, not ${String(row)}.`);
  });
}
