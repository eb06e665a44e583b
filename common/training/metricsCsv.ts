// metrics.csv: one row an epoch. The checkpoint's history is the truth; the file follows it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../utils/index.js';
import type { Row } from './state.js';

/**
 * Writes metrics.csv from the run's rows, atomically: an epoch's row is there or not, never a part of it. `seconds` (time
 * differs between equal runs, so no checkpoint holds it) is added to the last row and kept for those that the file has.
 */
export async function writeMetricsCsv(folder: string, history: readonly Row[], seconds?: number): Promise<void> {
  const path = join(folder, 'metrics.csv');
  const { default: papa } = await import('papaparse');
  const before = await readSeconds(path);
  const rows = history.map((row, i) => {
    const time = i === history.length - 1 && seconds !== undefined ? seconds.toFixed(2) : (before[i] ?? '');
    return { ...row, seconds: time };
  });
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== 'seconds');
  await writeFileAtomic(path, `${papa.unparse(rows, { columns: [...columns, 'seconds'], newline: '\n' })}\n`);
}

async function readSeconds(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<Record<string, string>>(await readFile(path, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  });
  return data.map((row) => row.seconds ?? '');
}
