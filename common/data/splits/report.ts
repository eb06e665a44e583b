import { textTable } from '../../utils/index.js';
import type { Parts } from './parts.js';

/** Rows of each class in each part of a split. */
export interface SplitReport {
  classes: readonly string[];
  parts: { name: string; rows: number; counts: number[]; groups?: number }[];
  /** Of all rows. */
  total: { rows: number; counts: number[]; groups?: number };
}

/**
 * Counts the classes of each part.
 *
 * @param classes the names of the labels 0, 1, …
 * @param groups with them, the groups of each part are counted, too.
 */
export function splitReport(
  parts: Parts,
  labels: Int32Array,
  classes: readonly string[],
  groups?: ArrayLike<unknown>,
): SplitReport {
  const count = (rows: Int32Array) => {
    const counts = Array<number>(classes.length).fill(0);
    for (const row of rows) counts[labels[row]!]!++;
    const distinct = groups && new Set(Array.from(rows, (row) => groups[row])).size;
    return { rows: rows.length, counts, ...(distinct !== undefined && { groups: distinct }) };
  };
  return {
    classes,
    parts: Object.entries(parts).map(([name, rows]) => ({ name, ...count(rows) })),
    total: count(Int32Array.from(labels.keys())),
  };
}

/** Lines of a table, beyond which the smallest classes are left out. */
const MOST_CLASSES = 40;

/**
 * The report as a table for a terminal: a line a class, a column a part. The train parts of folds are left out: they are what the val part
 * and the test set leave.
 */
export function formatSplitReport({ classes, parts, total }: SplitReport): string {
  const shown = parts.filter(({ name }) => !/^fold_\d+_train$/.test(name));
  const columns = [{ name: 'all', ...total }, ...shown];
  const order = [...classes.keys()];
  if (order.length > MOST_CLASSES) order.sort((a, b) => total.counts[b]! - total.counts[a]!);
  const cell = (count: number, rows: number) => `${count} ${percent(count, rows).padStart(7)}`;
  const lines = [['class', ...columns.map(({ name }) => name.replace(/_val$/, ''))]];
  for (const c of order.slice(0, MOST_CLASSES))
    lines.push([classes[c]!, ...columns.map(({ counts, rows }) => cell(counts[c]!, rows))]);
  if (order.length > MOST_CLASSES)
    lines.push([`… ${order.length - MOST_CLASSES} smaller classes`, ...columns.map(() => '')]);
  lines.push(['rows', ...columns.map(({ rows }) => String(rows))]);
  if (total.groups !== undefined) lines.push(['groups', ...columns.map(({ groups }) => String(groups))]);
  const off = farthest({ classes, parts: shown, total });
  return [...textTable(lines), ...(off === undefined ? [] : [off])].join('\n');
}

/** The class whose share of a part differs most from its share of all rows, as a sentence. */
function farthest({ classes, parts, total }: SplitReport): string | undefined {
  let most = { points: -1, text: '' };
  for (const { name, rows, counts } of parts)
    for (const [c, count] of counts.entries()) {
      const points = 100 * Math.abs(count / rows - total.counts[c]! / total.rows);
      if (points > most.points) most = { points, text: `"${classes[c]}" in ${name}` };
    }
  return most.points < 0
    ? undefined
    : `Largest difference of a class's share: ${most.points.toFixed(2)} points (${most.text}).`;
}

function percent(count: number, rows: number): string {
  return rows === 0 ? '–' : `${((100 * count) / rows).toFixed(1)} %`;
}
