import { messageOf } from '../../utils/index.js';
import { featureOf } from '../inferFeatures.js';
import { shown } from '../valueReader.js';
import type { RecordFormat } from './recordFormat.js';
import { textOf } from './recordFormat.js';
import { JsonArraySplitter, LineSplitter, type Splitter } from './splitter.js';

/** JSON lines: an object a line. */
export const jsonLines: RecordFormat = jsonFormat('jsonl', () => new LineSplitter({ skipBlank: true }));

/** A JSON file that is one list of objects. */
export const jsonArray: RecordFormat = jsonFormat('json', () => new JsonArraySplitter());

function jsonFormat(name: 'jsonl' | 'json', splitter: () => Splitter): RecordFormat {
  return {
    name,
    header: false,
    fixed: undefined,
    splitter,
    columns: () => undefined,
    parse: (records) => records.map(parseRecord),
    featureOf,
    prepare: (value) => value,
  };
}

function parseRecord(record: Uint8Array): Record<string, unknown> | Error {
  try {
    const text = textOf(record);
    // A line of blanks is no row, but the splitter does not look into lines.
    if (text.trim() === '') return new Error('an empty line with blanks');
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    return new Error(`an object is expected, not ${shown(value)}`);
  } catch (error) {
    return new Error(`this is no valid JSON: ${messageOf(error)}`);
  }
}
