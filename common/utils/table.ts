import * as nodeModule from 'node:module';
import type Table from 'cli-table3';
import type { TableConstructorOptions } from 'cli-table3';
import { lazy } from './lazy.js';

const load = nodeModule.createRequire(import.meta.url);
const library = lazy((): typeof Table => load('cli-table3'));

/** A table of cli-table3, which is loaded at the first one. */
export function newTable(options: TableConstructorOptions): Table.Table {
  return new (library())(options);
}

const sides = ['top', 'bottom', 'left', 'right', 'mid'];
const corners = sides.flatMap((side) => ['mid', 'left', 'right'].map((other) => `${side}-${other}`));
/** The lines and corners of a table without frame; `middle` is what stands between its columns. */
export const noFrame: Readonly<Record<string, string>> = Object.fromEntries(
  [...sides, ...corners].map((name) => [name, '']),
);

/** Texts in columns, two spaces apart, as lines. `isRight` says which columns end at the right: by default all but the first. */
export function textTable(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean = (column) => column > 0,
): string[] {
  if (rows.length === 0) return [];
  const table = newTable({
    chars: { ...noFrame, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: (rows[0] ?? []).map((_, column) => (isRight(column) ? 'right' : 'left')),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
