import { dirname, resolve } from 'node:path';
import { type Notebook, readNotebook, tagsOf } from '../format/index.js';
import { type Failure, isSkipped, kernelFor, type RunOptions, runNotebook } from '../run/index.js';
import { compareOutputs, comparisonOf, type Difference } from './compareOutputs.js';

export type CellDifference = { index: number; source: string; differences: Difference[]; message?: string };
export type NotebookTest = {
  path: string;
  cells: number;
  compared: number;
  differing: CellDifference[];
  failures: Failure[];
  seconds: number;
  notebook: Notebook;
};

/** Runs a notebook and compares the outputs of its cells with those that are stored in its file. */
export async function testNotebook(
  path: string,
  options: Omit<RunOptions, 'cwd'> & { kernel?: string },
): Promise<NotebookTest> {
  const stored = await readNotebook(path);
  const kernel = await kernelFor(stored, options.kernel);
  const result = await runNotebook(stored, { ...kernel, ...options, cwd: dirname(resolve(path)) });
  const differing: CellDifference[] = [];
  let [cells, compared] = [0, 0];
  const failed = new Set(result.failures.map(({ index }) => index));
  const end = options.allowErrors ? Number.POSITIVE_INFINITY : Math.min(...failed, Number.POSITIVE_INFINITY);
  for (const [index, before] of stored.cells.entries()) {
    const now = result.notebook.cells[index];
    if (before.cell_type !== 'code' || now?.cell_type !== 'code' || isSkipped(before) || index >= end) continue;
    cells++;
    if (tagsOf(before).includes('raises-exception') && !now.outputs.some((one) => one.output_type === 'error')) {
      const message = 'is tagged raises-exception and raised none';
      differing.push({ index, source: before.source, differences: [], message });
      continue;
    }
    const { isIgnored, tolerance } = comparisonOf(before);
    if (isIgnored) continue;
    compared++;
    const differences = compareOutputs(before.outputs, now.outputs, tolerance);
    if (differences.length > 0) differing.push({ index, source: before.source, differences });
  }
  const { failures, seconds, notebook } = result;
  return { path, cells, compared, differing, failures, seconds, notebook };
}
