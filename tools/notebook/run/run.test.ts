import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAtelier } from '../../cli/testing/atelier.js';
import {
  type CodeCell,
  codeCell,
  formatNotebook,
  kernelMetadata,
  type Notebook,
  parseNotebook,
  textCell,
} from '../format/index.js';
import { injectParameters } from './index.js';
import { run } from './runCommand.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const notebook = (...cells: Notebook['cells']): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { ...kernelMetadata },
  cells: cells.map((cell, index) => ({ ...cell, id: `c${index}` })),
});
const codeCells = ({ cells }: Notebook): CodeCell[] => cells.filter((cell) => cell.cell_type === 'code');
const text = (cell: CodeCell | undefined): string =>
  (cell?.outputs ?? [])
    .map((output) => {
      if (output.output_type === 'stream') return output.text;
      return output.output_type === 'error' ? `${output.ename}: ${output.evalue}` : String(output.data['text/plain']);
    })
    .join('');

describe('parameters', () => {
  const cell = codeCell(
    "let epochs = 2;\nconst lr: number = 1e-3;\nconst mode: 'a' | 'b' = 'a';\nlet name = 'x';\nconst sizes = [1, 2];\nlet big = 1n;\nlet last: number | null = null;\nlet data = { shuffle: true };",
    { tags: ['parameters'] },
  );
  const inject = (given: Record<string, string>) =>
    injectParameters(
      notebook(textCell('markdown', 't'), cell, codeCell('epochs')),
      new Map(Object.entries(given).map(([name, value]) => [name, { text: value }])),
      'n.ipynb',
    );

  it('come in a cell of their own after the one that declares them, as its types read them', () => {
    const given = {
      epochs: '1e1',
      lr: '5',
      mode: 'b',
      name: '007',
      sizes: '[3]',
      big: '12',
      last: 'null',
      data: '{shuffle: false}',
    };
    const { cells } = inject(given);
    expect(cells.map(({ metadata }) => metadata.tags)).toEqual([
      undefined,
      ['parameters'],
      ['injected-parameters'],
      undefined,
    ]);
    expect(cells[2]?.source.split('\n')).toEqual([
      '// Parameters',
      'let epochs: number = 10;',
      'const lr: number = 5;',
      `const mode: 'a' | 'b' = "b";`,
      'let name: string = "007";',
      'const sizes: number[] = [3];',
      'let big: bigint = 12n;',
      'let last: number | null = null;',
      'let data: { shuffle: boolean; } = { "shuffle": false };',
    ]);
  });

  it('replace an injected cell', () => {
    const again = injectParameters(inject({ epochs: '3' }), new Map([['epochs', { value: 4 }]]), 'n.ipynb');
    expect(again.cells).toHaveLength(4);
    expect(again.cells[2]?.source).toBe('// Parameters\nlet epochs: number = 4;');
  });

  it.each([
    [
      { epoch: '3' },
      /^n\.ipynb has no parameter "epoch"\. Did you mean "epochs"\? Its parameters cell declares epochs, lr,/,
    ],
    [{ epochs: 'three' }, /^n\.ipynb: parameter epochs must be number \(its default is 2\): Type 'string'/],
    [{ mode: 'c' }, /parameter mode must be 'a' \| 'b' \(its default is 'a'\)/],
    [{ sizes: '[a]' }, /parameter sizes must be number\[\]/],
    [{ data: '{shufle: true}' }, /parameter data must be/],
  ])('are refused before anything runs: %o', (given, message) => {
    expect(() => inject(given as Record<string, string>)).toThrow(message);
  });

  it('need a cell that declares them', () => {
    expect(() => injectParameters(notebook(codeCell('1')), new Map([['a', { value: 1 }]]), 'n.ipynb')).toThrow(
      /^n\.ipynb takes no parameters: none of its cells is tagged "parameters"/,
    );
  });
});

describe('atelier notebook run', () => {
  const write = async (name: string, ...cells: Notebook['cells']) => {
    const path = join(folder, name);
    await writeFile(path, formatNotebook(notebook(...cells)));
    return path;
  };
  const read = async (name: string) => parseNotebook(await readFile(join(folder, name), 'utf8'));
  const atelier = (...args: string[]) => startAtelier(['notebook', ...args], {}, folder);

  it('runs with parameters, and says what ran when', async () => {
    const path = await write(
      'good.ipynb',
      textCell('markdown', '# Title'),
      codeCell('let epochs = 2;', { tags: ['parameters'] }),
      codeCell("for await (const i of [1, 2]) console.log('line', i);\nepochs * 10"),
      codeCell('throw new TypeError("meant")', { tags: ['raises-exception'] }),
      codeCell('process.exit(7)', { tags: ['skip-execution'] }),
      codeCell("console.log('  1 %\\r100 %');"),
      codeCell('await new Promise((done) => setTimeout(done, 300));\nprocess.cwd()'),
    );
    const before = await readFile(path, 'utf8');
    const { code, stdout, stderr } = await atelier('run', 'good.ipynb', '-p', 'epochs=5', '--output', 'out.ipynb').done;
    expect(stderr).toMatch(
      /^cell 1 of 7 {2}[\d.]+ s {2}let epochs = 2;\ncell 2 of 7 {2}[\d.]+ s {2}let epochs: number = 5;\n/,
    );
    expect(stderr).toMatch(/cell 5 of 7 {2}0\.0 s {2}skipped {2}process\.exit\(7\)/);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^out\.ipynb written after [\d.]+ s\n$/)]);
    expect(await readFile(path, 'utf8')).toBe(before);
    const cells = codeCells(await read('out.ipynb'));
    expect(cells.map(text)).toEqual([
      '',
      '',
      'line 1\nline 2\n50',
      'TypeError: meant',
      '',
      '100 %\n',
      expect.stringContaining('atelier-run-'),
    ]);
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, 2, 3, 4, null, 5, 6]);
    const timing = cells[6]?.metadata.execution as Record<string, string>;
    const passed = Date.parse(timing['shell.execute_reply'] ?? '') - Date.parse(timing['iopub.execute_input'] ?? '');
    expect(passed).toBeGreaterThanOrEqual(300);
    expect(Object.keys(timing).sort()).toEqual(
      expect.arrayContaining(['iopub.execute_input', 'iopub.status.busy', 'iopub.status.idle', 'shell.execute_reply']),
    );
  });

  it('shows the cell that failed, writes what there is, and ends with 1', async () => {
    await write(
      'bad.ipynb',
      codeCell("console.log('before');"),
      codeCell('const a = 1;\nnull.length;'),
      codeCell("console.log('after');"),
    );
    const { code, stderr } = await atelier('run', 'bad.ipynb', '--output', 'bad-out.ipynb').done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.ipynb: cell 2 .*failed\n {2}1 │ const a = 1;\n {2}2 │ null\.length;\n\n/);
    const cells = codeCells(await read('bad-out.ipynb'));
    expect(text(cells[0])).toBe('before\n');
    expect(cells[1]?.outputs).toMatchObject([{ output_type: 'error' }]);
    expect(cells[2]).toMatchObject({ outputs: [], execution_count: null });
    const allowed = await atelier('run', 'bad.ipynb', '--output', 'bad-out.ipynb', '--allow-errors').done;
    expect(allowed.code).toBe(0);
    expect(text(codeCells(await read('bad-out.ipynb'))[2])).toBe('after\n');
  });

  it('ends cells that take too long', async () => {
    await write('long.ipynb', codeCell('1'), codeCell("console.log('x');\nwhile (true) {}"));
    const { code, stderr } = await atelier('run', 'long.ipynb', '--output', 'long-out.ipynb', '--timeout', '8').done;
    expect(code).toBe(1);
    expect(stderr).toMatch(/cell 2 .*took too long/);
    expect(text(codeCells(await read('long-out.ipynb'))[1])).toMatch(/^x\n/);
  });

  it.skipIf(process.platform === 'win32')('is interrupted by Ctrl-C and saves', async () => {
    await write('int.ipynb', codeCell("console.log('ready');"), codeCell('while (true) {}'));
    const running = atelier('run', 'int.ipynb', '--output', 'int-out.ipynb');
    let log = '';
    await new Promise<void>((resolve) =>
      running.child.stderr.on('data', (data) => {
        log += data;
        if (log.includes('cell 1 of 2')) setTimeout(resolve, 300);
      }),
    );
    running.child.kill('SIGINT');
    const { code } = await running.done;
    expect(code).toBe(130);
    expect(text(codeCells(await read('int-out.ipynb'))[0])).toBe('ready\n');
  });

  it('runs a .ts file of cells', async () => {
    await writeFile(join(folder, 'cells.ts'), '// %%\nconst a = 20;\n\n// %%\na + 1\n');
    expect((await atelier('run', 'cells.ts', '--output', 'cells-out.ipynb').done).code).toBe(0);
    expect(text(codeCells(await read('cells-out.ipynb'))[1])).toBe('21');
  });

  it('says what is wrong with the command line', async () => {
    const { code, stderr } = await atelier('run', 'good.ipynb', '-p', 'x').done;
    expect([code, stderr]).toEqual([2, '-p takes name=value, not "x"\n']);
    const none = join(folder, 'none.ipynb');
    await expect(run(none, {})).rejects.toThrow(/none\.ipynb cannot be read/);
    await expect(run(none, { timeout: 'x' })).rejects.toThrow(/--timeout is a number of seconds above 0, not "x"/);
    await expect(run(none, { output: 'a.ts' })).rejects.toThrow(/a\.ts: outputs are written to an \.ipynb file/);
    await expect(run(none, { output: 'a.ipynb', inplace: true })).rejects.toThrow(/exclude each other/);
    await expect(run(none, { parameters: join(folder, 'p.yaml') })).rejects.toThrow(/p\.yaml cannot be read/);
  });
});
