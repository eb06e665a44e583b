import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAtelier } from '../../cli/testing/atelier.js';
import { codeCell, formatNotebook, kernelMetadata, type Output } from '../format/index.js';
import { compareOutputs, isEqual } from './compareOutputs.js';

const stream = (text: string, name = 'stdout'): Output => ({ output_type: 'stream', name, text });
const result = (data: Record<string, unknown>): Output => ({
  output_type: 'execute_result',
  data,
  metadata: {},
  execution_count: 1,
});

describe('comparing outputs', () => {
  it.each([
    ['loss 0.5', 'loss 0.5', 0, true],
    ['loss 0.5', 'loss 0.5001', 0, false],
    ['loss 0.5', 'loss 0.5001', 1e-3, true],
    ['loss 0.5', 'loss 0.6', 1e-3, false],
    ['loss 5e3', 'loss 5001', 1e-3, true],
    ['[ 1,   2 ]', '[ 1, 2.0001 ]', 1e-3, true],
    ['loss 0.5', 'lost 0.5001', 1e-3, false],
    ['1 2', '1 2 3', 1, false],
    ['1e400', 'Infinity', 1e-3, false],
  ])('%s and %s within %d: %s', (one, other, tolerance, expected) => {
    expect(isEqual(one, other, tolerance)).toBe(expected);
    expect(isEqual(other, one, tolerance)).toBe(expected);
  });

  it('knows nothing of how text was cut, and names what differs', () => {
    expect(
      compareOutputs([stream('a'), stream('e', 'stderr'), stream('b')], [stream('e', 'stderr'), stream('ab')]),
    ).toEqual([]);
    const differences = compareOutputs(
      [stream('a'), result({ 'text/plain': '1', 'text/html': 'x' })],
      [result({ 'text/plain': '2', 'application/json': { a: 1 } })],
    );
    expect(differences.map(({ what }) => what)).toEqual([
      'stdout',
      'result, text/plain',
      'result, text/html',
      'result, application/json',
    ]);
  });
});

describe('the order of keys', () => {
  it('is no difference', () => {
    const stored = result({ 'application/json': { a: [{ b: 1, c: 2 }], d: 3 } });
    expect(compareOutputs([stored], [result({ 'application/json': { d: 3, a: [{ c: 2, b: 1 }] } })])).toEqual([]);
    expect(compareOutputs([stored], [result({ 'application/json': { d: 3, a: [{ c: 1, b: 2 }] } })])).toHaveLength(1);
  });
});

describe('names of elements by chance', () => {
  const page = (id: string) => [result({ 'text/plain': 'figure', 'text/html': `<div id="figure-${id}"></div>` })];

  it('are no difference', () => {
    const [one, other] = ['09c41bd6-7903-416a-9a5d-9653ccfdd13e', '56b658eb-2b8e-4f26-b0b1-d58db7594174'];
    expect(compareOutputs(page(one), page(other))).toEqual([]);
    expect(compareOutputs(page(one), page('b'))).toHaveLength(1);
  });
});

describe('atelier notebook test', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atelier-nbtest-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const write = (name: string, cells: [string, Output[], string[]?][]) =>
    writeFile(
      join(folder, name),
      formatNotebook({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: { ...kernelMetadata },
        cells: cells.map(([source, outputs, tags], i) => ({ ...codeCell(source, tags && { tags }, `c${i}`), outputs })),
      }),
    );
  const atelier = (...args: string[]) => startAtelier(['notebook', ...args], {}, folder).done;

  it('compares as the tags say, several at once', async () => {
    await write('good.ipynb', [
      ["console.log('same');", [stream('same\n')]],
      ['console.log(Math.random());', [stream('0.1\n')], ['ignore-output']],
      ["console.log('loss', 0.50004);", [stream('loss 0.5\n')], ['numeric=1e-3']],
      [
        "throw new Error('x');",
        [{ output_type: 'error', ename: 'Error', evalue: 'x', traceback: [] }],
        ['raises-exception'],
      ],
      ['process.exit(1);', [], ['skip-execution']],
    ]);
    await write('bad.ipynb', [
      ["console.log('one\\ntwo');", [stream('one\nthree\n')]],
      ['1 + 1', [], ['raises-exception']],
      ['console.log(0.5);', [stream('0.6\n')], ['numeric']],
    ]);
    const { code, stdout } = await atelier('test', '.', '--jobs', '2');
    expect(stdout).toMatch(/✓ good\.ipynb {2}4 cells, 3 compared/);
    expect(stdout).toContain('✗ bad.ipynb');
    expect(stdout).toMatch(/cell 1 differs: console.*\n {4}stdout:\n +one\n +-three\n +\+two\n/);
    expect(stdout).toContain('cell 2 is tagged raises-exception and raised none: 1 + 1');
    expect(stdout).toMatch(/cell 3 differs/);
    expect(stdout).toContain('1 of 2 notebooks as stored');
    expect(code).toBe(1);
  });

  it('updates what differs', async () => {
    await rm(join(folder, 'bad.ipynb'), { force: true });
    await write('old.ipynb', [["console.log('new');", [stream('old\n')]]]);
    expect((await atelier('test', 'old.ipynb', '--update')).code).toBe(0);
    expect(await readFile(join(folder, 'old.ipynb'), 'utf8')).toContain('"new\\n"');
    expect((await atelier('test', 'old.ipynb')).code).toBe(0);
  });
});
