import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MimeBundle } from 'common/utils';
import type { Figure } from 'common/visualization';
import { hasMethods, kind } from './kind.js';
import { numberText } from './numberText.js';
import { type Table, tableText } from './table.js';

type Row = Record<string, number>;

/** A run of common/training (`startRun`), or what `readRunInfo` tells of a run's folder. */
interface RunLike {
  readonly folder: string;
  readonly history: readonly unknown[];
}

export const isRun = (value: object): value is RunLike =>
  'folder' in value &&
  typeof value.folder === 'string' &&
  'history' in value &&
  Array.isArray(value.history) &&
  (hasMethods(value, 'epochs', 'finish', 'save') || ('overrides' in value && 'status' in value));

/** A run: its learning curves, and its last rows as text. */
export const showRun = kind(isRun, async (run: RunLike): Promise<MimeBundle> => {
  const { figure, text } = await drawRun(run);
  if (figure === undefined) return { 'text/plain': text };
  const { figureBundle } = await import('common/visualization');
  return { ...(await figureBundle(figure)), 'text/plain': text };
});

/** The learning curves from the metrics.csv of a run's folder, none before the first evaluation, and its last rows as text. */
export async function drawRun({ folder }: RunLike): Promise<{ figure?: Figure; text: string }> {
  const rows = await readMetrics(join(folder, 'metrics.csv'));
  const head = `Run ${basename(folder)}, ${rows.length} ${rows.length === 1 ? 'evaluation' : 'evaluations'}, in ${folder}`;
  if (rows.length === 0) return { text: head };
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = rows.slice(-5);
  const table: Table = {
    head: names,
    rows: shown.map((row) => names.map((name) => (row[name] === undefined ? '' : numberText(row[name])))),
    right: new Set(names.keys()),
  };
  const text = [head, ...(shown.length < rows.length ? ['the last five:'] : []), tableText(table)].join('\n');
  const { learningCurves } = await import('common/visualization');
  const figure = learningCurves(
    rows.map(({ seconds: _, ...row }) => row),
    { title: basename(folder) },
  );
  return { figure, text };
}

/** The rows of a run's metrics.csv; none where there is no such file yet. */
async function readMetrics(path: string): Promise<Row[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return [];
  }
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  return data.map((row) =>
    Object.fromEntries(Object.entries(row).flatMap(([name, cell]) => (cell === '' ? [] : [[name, Number(cell)]]))),
  );
}
