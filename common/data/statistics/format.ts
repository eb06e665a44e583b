import { formatBytes, textTable } from '../../utils/index.js';
import type { ColumnStats, DatasetStats } from './datasetStats.js';
import type { ImageStats } from './imageStats.js';
import type { Distribution } from './quantiles.js';
import type { ClassStats, NumberStats, TextStats } from './valueStats.js';

/** Classes that get a line of their own. */
const MOST_CLASSES = 30;

/** Broken rows that get a line of their own. */
const MOST_BROKEN = 20;

const BAR = 30;

/** The statistics of a split for a terminal. */
export function formatStats(stats: DatasetStats): string {
  const { name, config, split, rows, columns, broken, brokenRows } = stats;
  const parts = [`${name}${config === undefined ? '' : ` (${config})`}, ${split}: ${count(rows)} rows`];
  for (const [column, values] of Object.entries(columns)) parts.push(indent(formatColumn(column, values)));
  if (brokenRows > 0) {
    const lines = broken
      .slice(0, MOST_BROKEN)
      .map(({ where, column, reason }) => `  ${where}${column === undefined ? '' : ` (${column})`}: ${reason}`);
    if (brokenRows > lines.length)
      lines.push(`  … and ${count(brokenRows - lines.length)} more (--json lists up to 1,000)`);
    parts.push([`${count(brokenRows)} broken ${brokenRows === 1 ? 'row' : 'rows'}:`, ...lines].join('\n'));
  }
  return parts.join('\n');
}

function formatColumn(column: string, stats: ColumnStats): string {
  switch (stats.type) {
    case 'image':
      return formatImages(column, stats);
    case 'classLabel':
      return formatClasses(column, stats);
    case 'text':
      return formatTexts(column, stats);
    case 'number':
      return formatNumbers(column, stats);
    case 'other':
      return `${column}: ${count(stats.count)} values${missing(stats.missing)}${stats.lengths === undefined ? '' : `\n${quantileTable([['length', stats.lengths]])}`}`;
  }
}

function formatImages(column: string, stats: ImageStats): string {
  const { bytes, formats, channels, sizes, mean, std } = stats;
  const kinds = Object.entries(formats).map(([format, n]) => `${count(n)} ${format}`);
  const depths = Object.entries(channels).map(
    ([n, images]) => `${count(images)} with ${n} ${n === '1' ? 'channel' : 'channels'}`,
  );
  const lines = [
    `${column}: ${count(stats.count)} images${missing(stats.missing)}${stats.broken > 0 ? `, ${count(stats.broken)} broken` : ''}; ${kinds.join(', ')}; ${depths.join(', ')}`,
  ];
  const { width, height, aspect } = stats;
  if (width !== undefined && height !== undefined && aspect !== undefined && bytes !== undefined) {
    if (sizes === 1)
      lines.push(
        `all ${width.max} × ${height.max}; ${formatBytes(bytes.total)} in files, ${bytes.min} to ${bytes.max} bytes each (median ${Math.round(bytes.median)})`,
      );
    else
      lines.push(
        `${count(sizes)} sizes; ${formatBytes(bytes.total)} in files`,
        quantileTable([
          ['width', width],
          ['height', height],
          ['width / height', aspect],
          ['bytes', bytes],
        ]),
      );
  }
  if (mean.length > 0)
    lines.push(
      `mean [${mean.map(four).join(', ')}], std [${std.map(four).join(', ')}] over ${count(stats.pixels)} pixels (0 … 1)`,
    );
  return lines.map((line, i) => (i === 0 || line.startsWith(' ') ? line : `  ${line}`)).join('\n');
}

function formatClasses(column: string, { classes, missing: unlabelled, invalid }: ClassStats): string {
  const sorted = [...classes].sort((a, b) => b.count - a.count);
  const shown = classes.length > MOST_CLASSES ? sorted.slice(0, MOST_CLASSES) : classes;
  const total = classes.reduce((sum, { count: n }) => sum + n, 0);
  const [largest, smallest] = [sorted[0], sorted.at(-1)];
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, count: n }) => {
    const share = total === 0 ? 0 : n / total;
    const bar = '█'.repeat(Math.round((BAR * n) / Math.max(1, largest?.count ?? 1)));
    return `  ${name.padEnd(width)} ${bar.padEnd(BAR)} ${count(n)}  ${(100 * share).toFixed(1)} %`;
  });
  if (classes.length > shown.length) lines.push(`  … and ${count(classes.length - shown.length)} smaller classes`);
  const none = classes.filter(({ count: n }) => n === 0).length;
  const balance =
    largest && smallest && smallest.count > 0
      ? `; largest : smallest ${(largest.count / smallest.count).toFixed(2)}`
      : none > 0
        ? `; ${count(none)} without rows`
        : '';
  return [
    `${column}: ${count(classes.length)} classes${balance}${missing(unlabelled)}${invalid > 0 ? `, ${count(invalid)} that are no class` : ''}`,
    ...lines,
  ].join('\n');
}

function formatTexts(column: string, stats: TextStats): string {
  const head = `${column}: ${count(stats.count)} texts${missing(stats.missing)}${stats.empty > 0 ? `, ${count(stats.empty)} empty` : ''}`;
  const rows = [
    ['characters', stats.characters],
    ['words', stats.words],
    ['tokens', stats.tokens],
  ] as const;
  const known = rows.flatMap(([name, values]) => (values === undefined ? [] : [[name, values] as const]));
  return known.length === 0 ? head : `${head}\n${quantileTable(known)}`;
}

function formatNumbers(column: string, { count: n, missing: none, min, max, mean, std }: NumberStats): string {
  const head = `${column}: ${count(n)} numbers${missing(none)}`;
  if (min === undefined || max === undefined || mean === undefined || std === undefined) return head;
  return `${head}; ${short(min)} to ${short(max)}, mean ${short(mean)}, std ${short(std)}`;
}

/** A line for each distribution, in columns. */
function quantileTable(rows: readonly (readonly [string, Distribution])[]): string {
  const keys = ['min', 'p5', 'median', 'p95', 'p99', 'max', 'mean'] as const;
  const cells = [
    ['', ...keys.map((key) => key.replace(/^p(\d+)$/, '$1 %'))],
    ...rows.map(([name, values]) => [name, ...keys.map((key) => short(values[key]))]),
  ];
  return textTable(cells)
    .map((line) => `  ${line}`)
    .join('\n');
}

function missing(rows: number): string {
  return rows > 0 ? `, ${count(rows)} missing` : '';
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function four(value: number): string {
  return value.toFixed(4);
}
