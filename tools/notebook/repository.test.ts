import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notebookFiles } from './files.js';
import { type CodeCell, type Notebook, parseNotebook, tagsOf } from './format/index.js';
import { failureText, injectParameters, runNotebook } from './run/index.js';

const folder = fileURLToPath(new URL('../../notebooks', import.meta.url));

/** Every notebook of the repository, and the sizes with which it is only a test. */
const short: Record<string, Record<string, number>> = {
  '01_first_steps': { rows: 200, epochs: 1 },
  '02_tensors_and_gradients': { steps: 20 },
  '03_data': { rows: 200 },
  '04_train_and_resume': { rows: 500, epochs: 2 },
  '05_what_the_model_sees': { rows: 200, epochs: 1, points: 100 },
  '06_tables_and_plots': { rowsUsed: 200, epochs: 1 },
  '07_coming_from_pytorch': { rows: 512 },
  '08_the_engine_inside': { steps: 5 },
  '09_one_sentence_through_the_transformer': { pairsUsed: 1000, epochs: 1 },
};

const read = (name: string): Promise<string> => readFile(join(folder, `${name}.ipynb`), 'utf8');
const codeCells = ({ cells }: Notebook): CodeCell[] =>
  cells.filter((cell) => cell.cell_type === 'code').filter((cell) => !tagsOf(cell).includes('injected-parameters'));
const hasError = ({ outputs }: CodeCell): boolean => outputs.some((output) => output.output_type === 'error');
const mustFail = (cell: CodeCell): boolean => tagsOf(cell).includes('raises-exception');
const kindsOf = ({ outputs }: CodeCell): string[] => [...new Set(outputs.map((output) => output.output_type))].sort();

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'atelier-notebooks-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('every notebook of the repository is here', async () => {
  const files = await notebookFiles([folder]);
  expect(files.map((file) => basename(file, '.ipynb'))).toEqual(Object.keys(short));
});

describe.each(Object.entries(short))('%s', (name, sizes) => {
  it('is stored as it ran, from its first cell to its last, and its links lead somewhere', async () => {
    const text = await read(name);
    expect(text.length).toBeLessThan(600_000);
    const notebook = parseNotebook(text);
    const cells = codeCells(notebook);
    expect(cells.map((cell) => cell.execution_count)).toEqual(cells.map((_, i) => i + 1));
    for (const cell of cells) {
      expect.soft(hasError(cell), cell.source).toBe(mustFail(cell));
      expect.soft(cell.source.split('\n').length, cell.source).toBeLessThanOrEqual(30);
    }
    const prose = notebook.cells.filter((cell) => cell.cell_type === 'markdown').map((cell) => cell.source);
    expect(prose[0]).toMatch(/^# /);
    for (const [, target = ''] of prose.join('\n').matchAll(/\]\(([^)#:]+)\.ipynb\)/g))
      expect(short, `a link to ${target}.ipynb`).toHaveProperty(target);
  });

  it('runs with small sizes', { timeout: 400_000 }, async () => {
    const stored = parseNotebook(await read(name));
    const file = `notebooks/${name}.ipynb`;
    const given = new Map(Object.entries(sizes).map(([parameter, value]) => [parameter, { value }]));
    const env = { TMPDIR: home, ATELIER_HISTORY: join(home, 'history.jsonl') };
    const { notebook, failures } = await runNotebook(injectParameters(stored, given, file), {
      ...{ cwd: folder, env, timeout: 180 },
    });
    expect(failures.map((failure) => failureText(file, failure))).toEqual([]);
    const before = codeCells(stored);
    for (const [i, cell] of codeCells(notebook).entries()) {
      expect.soft(hasError(cell), cell.source).toBe(mustFail(cell));
      // The numbers depend on the sizes; that there is something to see does not.
      expect.soft(kindsOf(cell), cell.source).toEqual(before[i] === undefined ? [] : kindsOf(before[i]));
    }
  });
});
