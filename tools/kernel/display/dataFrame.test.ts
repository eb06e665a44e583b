import { DataFrame, Series } from 'danfojs-node';
import { expect, test } from 'vitest';
import { displayBundle } from './index.js';

test('a DataFrame is a table of its first and last rows, with types', async () => {
  const frame = new DataFrame({
    '<b>name': Array.from({ length: 40 }, (_, i) => `row <i>${i}`),
    value: Array.from({ length: 40 }, (_, i) => i / 3),
  });
  const bundle = await displayBundle(frame);
  const lines = String(bundle['text/plain']).split('\n');
  expect(lines[0]).toBe('    <b>name      value');
  expect(lines[1]).toBe('    string     float32');
  expect(lines[3]).toBe(' 1  row <i>1    0.3333');
  expect(lines[7]).toMatch(/^ …/);
  expect(lines.slice(-2)).toEqual(['39  row <i>39       13', '40 rows × 2 columns']);
  const page = String(bundle['text/html']);
  expect(page).not.toMatch(/<i>|<b>/);
  expect(page.match(/<tr>/g)).toHaveLength(2 + 11);
  expect(page).toContain('<small>float32</small>');
});

test('a Series is a table of one column; a wide frame leaves columns out', async () => {
  const series = String((await displayBundle(new Series([1, 2, 3], { columns: ['x'] })))['text/plain']);
  expect(series).toBe('       x\n   int32\n0      1\n1      2\n2      3\n3 rows × 1 columns');
  const wide = new DataFrame([Array.from({ length: 50 }, (_, i) => i)]);
  const head = String((await displayBundle(wide))['text/plain']).split('\n')[0]!;
  expect(head.trim().split(/\s+/)).toHaveLength(21);
  expect(head).toContain('…');
});

test('an arquero-like table is read through its methods', async () => {
  const columns: Record<string, unknown[]> = { a: [1, 2], b: ['<x>', null] };
  const table = {
    numRows: () => 2,
    numCols: () => 2,
    columnNames: () => Object.keys(columns),
    get: (name: string, row: number) => columns[name]?.[row],
    toHTML: () => '<table>',
    objects: () => [],
  };
  const bundle = await displayBundle(table);
  expect(bundle['text/plain']).toBe('   a  b\n\n0  1  <x>\n1  2  null\n2 rows × 2 columns');
  expect(String(bundle['text/html'])).toContain('&lt;x&gt;');
});
