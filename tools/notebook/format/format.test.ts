import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from 'common/utils';
import { describe, expect, it } from 'vitest';
import { formatNotebook, parseNotebook } from './index.js';

const minimal = (cells: unknown[], more: object = {}): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });
const code = { cell_type: 'code', id: 'a', metadata: {}, source: 'x', outputs: [], execution_count: null };

describe('the file format', () => {
  it("writes what Python's nbformat wrote, byte for byte", async () => {
    const text = await readFile(join(import.meta.dirname, 'fixtures', 'python.ipynb'), 'utf8');
    const notebook = parseNotebook(text);
    expect(formatNotebook(notebook)).toBe(text);
    expect(notebook.cells[0]?.source).toBe('# Titel ü\n\ntext with \u2028 separator and \f feed');
  });

  it('gives cells of older files ids, the same each time, and none twice', () => {
    const old = minimal(
      [
        { cell_type: 'markdown', metadata: {}, source: ['a\n', 'b'] },
        { cell_type: 'markdown', metadata: {}, source: 'a\nb' },
        code,
        code,
      ],
      { nbformat_minor: 2 },
    );
    const { cells, nbformat_minor } = parseNotebook(old);
    expect(nbformat_minor).toBe(5);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(4);
    expect(cells[2]?.id).toBe('a');
    expect(parseNotebook(old).cells).toEqual(cells);
  });

  it.each([
    ['{', /^x\.ipynb is not JSON/],
    ['<<<<<<< HEAD\n{', /git conflict/],
    ['[]', /x\.ipynb is no notebook: it has no "nbformat"/],
    ['{"nbformat": 3}', /format 3; format 4 is read\. Convert it/],
    [minimal([{ ...code, source: 3 }]), /^x\.ipynb, cell 1, source: must be text or a list of lines$/],
    [minimal([code, { ...code, sorce: 'y' }]), /^x\.ipynb, cell 2: unknown key "sorce" Did you mean "source"\?$/],
    [minimal([{ ...code, cell_type: 'cod' }]), /^x\.ipynb, cell 1, cell_type: must be code, markdown or raw$/],
    [minimal([{ ...code, outputs: [{ output_type: 'stdout' }] }]), /cell 1, output 1, output_type: must be stream/],
    [minimal([{ ...code, metadata: { tags: 'a' } }]), /cell 1, metadata, tags: must be a list of words/],
    [minimal([{ ...code, id: 'a b' }]), /cell 1, id: must be 1 to 64 letters/],
    [minimal([], { metadata: 3 }), /^x\.ipynb, metadata: expected record/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(UserError);
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(message);
  });
});
