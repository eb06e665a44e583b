import type { MimeBundle } from 'common/utils';
import { html } from './html.js';
import { inspectText } from './inspectText.js';
import { hasMethods, isShape, isTexts, kind } from './kind.js';
import { numberText } from './numberText.js';
import { shorten, type Table, tableHtml, tableText } from './table.js';

/** Rows from the start and from the end, where there are more than both. */
const EDGE = 5;
/** Columns from the start and from the end. */
const COLUMN_EDGE = 10;

/** What is used here of danfo.js' DataFrame and Series. */
interface FrameLike {
  readonly shape: readonly number[];
  readonly columns: readonly string[];
  readonly dtypes: readonly string[];
  readonly index: readonly (string | number)[];
  /** Rows of a DataFrame, values of a Series. */
  readonly values: readonly unknown[];
}

const isNdFrame = (value: object): value is FrameLike =>
  '$columns' in value &&
  '$dataIncolumnFormat' in value &&
  'shape' in value &&
  isShape(value.shape) &&
  'columns' in value &&
  isTexts(value.columns) &&
  'index' in value &&
  Array.isArray(value.index);

const isFrame = (value: object): value is FrameLike => isNdFrame(value) && Reflect.get(value, '$isSeries') === false;
const isSeries = (value: object): value is FrameLike => isNdFrame(value) && Reflect.get(value, '$isSeries') === true;

/** A danfo.js DataFrame as a table: first and last rows and columns, with types. */
export const showDanfoFrame = kind(isFrame, async (frame: FrameLike): Promise<MimeBundle> => {
  const [rows = 0, columns = 0] = frame.shape;
  return frameBundle(frame, rows, columns, (row, column) => {
    const line = frame.values[row];
    return Array.isArray(line) ? line[column] : line;
  });
});

/** A danfo.js Series as a table of one column. */
export const showDanfoSeries = kind(
  isSeries,
  async (series: FrameLike): Promise<MimeBundle> =>
    frameBundle(series, series.values.length, 1, (row) => series.values[row]),
);

function frameBundle(
  { columns: names, dtypes, index }: FrameLike,
  rows: number,
  columns: number,
  at: (row: number, column: number) => unknown,
): MimeBundle {
  const shownColumns = edges(columns, COLUMN_EDGE);
  const table: Table = {
    head: ['', ...shownColumns.map((i) => (i === undefined ? '…' : (names[i] ?? '')))],
    types: ['', ...shownColumns.map((i) => (i === undefined ? '' : (dtypes[i] ?? '')))],
    rows: edges(rows, EDGE).map((row) =>
      row === undefined
        ? ['…', ...shownColumns.map(() => '…')]
        : [String(index[row] ?? row), ...shownColumns.map((i) => (i === undefined ? '…' : valueText(at(row, i))))],
    ),
    right: new Set([
      0,
      ...shownColumns.flatMap((i, place) => (i !== undefined && /int|float/.test(dtypes[i] ?? '') ? [place + 1] : [])),
    ]),
  };
  const summary = `${rows.toLocaleString('en')} rows × ${columns.toLocaleString('en')} columns`;
  return {
    'text/html': html`<div>${tableHtml(table)}<div>${summary}</div></div>`.markup,
    'text/plain': `${tableText(table)}\n${summary}`,
  };
}

/** Indices from the start and the end, with an undefined where some are left out. */
function edges(count: number, edge: number): (number | undefined)[] {
  if (count <= 2 * edge + 1) return [...Array(count).keys()];
  return [...Array(edge).keys(), undefined, ...Array.from({ length: edge }, (_, i) => count - edge + i)];
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  return shorten(typeof value === 'string' ? value : inspectText(value));
}

/** What is used here of an arquero table. */
interface ArqueroLike {
  numRows(): number;
  numCols(): number;
  columnNames(): string[];
  get(name: string, row: number): unknown;
}

const isArquero = (value: object): value is ArqueroLike =>
  hasMethods(value, 'numRows', 'numCols', 'columnNames', 'get', 'toHTML', 'objects');

/** An arquero table; its own `toHTML` leaves names and values as they are, so the table is written here. */
export const showArquero = kind(isArquero, async (frame: ArqueroLike): Promise<MimeBundle> => {
  const columns = frame.columnNames();
  return frameBundle(
    { shape: [], columns, dtypes: columns.map(() => ''), index: [], values: [] },
    frame.numRows(),
    frame.numCols(),
    (row, column) => frame.get(columns[column] ?? '', row),
  );
});
