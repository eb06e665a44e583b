import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNotebook, type TestNotebook } from './testing/testNotebook.js';

let notebook: TestNotebook;

beforeAll(async () => {
  notebook = startTestNotebook();
  await notebook.run(
    '/** The rate of learning. */\nconst learningRate = 0.5;\nconst settings = { epochs: 3, epochLength: 10 };\nfunction train(options: { epochs: number; name?: string }): number { return options.epochs }',
  );
}, 120_000);

afterAll(() => notebook.close());

/** Completions at the `|` of a text. */
async function complete(text: string) {
  const cursor = [...text.slice(0, text.indexOf('|'))].length;
  return notebook.language.complete(text.replace('|', ''), cursor);
}

describe('completion', { timeout: 60_000 }, () => {
  it('knows names and members of earlier cells, with their kinds', async () => {
    const names = await complete('learn|');
    expect(names).toMatchObject({ matches: ['learningRate'], cursorStart: 0, cursorEnd: 5 });
    expect(names.metadata._jupyter_types_experimental[0]).toMatchObject({ text: 'learningRate', type: 'const' });
    expect((await complete('settings.ep|')).matches).toEqual(['epochLength', 'epochs']);
  });

  it("has the notebook's own names first, then those with the typed case", async () => {
    await notebook.run('const numbers = [1, 2]; const Numerals = "IV";');
    const { matches } = await complete('num|');
    expect(matches.slice(0, 2)).toEqual(['numbers', 'Numerals']);
    expect(matches.indexOf('number')).toBeGreaterThan(1);
    expect(matches).toContain('Number');
    expect((await complete('const numeric = 3; nume|')).matches.slice(0, 2)).toEqual(['numeric', 'Numerals']);
  });

  it('knows the keys of options, and paths and names of imports', async () => {
    expect((await complete('train({ na| })')).matches).toEqual(['name']);
    expect((await complete('import { readFileS| } from "node:fs"')).matches).toEqual(['readFileSync']);
    expect((await complete('import {} from "node:child|"')).matches).toEqual(['node:child_process']);
  });

  it('counts code points', async () => {
    expect(await complete('const s = "🎉🎉"; settings.epochL|')).toMatchObject({
      matches: ['epochLength'],
      cursorStart: 25,
      cursorEnd: 31,
    });
  });

  it('replaces the word, also in the middle', async () => {
    expect(await complete('learn|ing')).toMatchObject({ matches: ['learningRate'], cursorStart: 0, cursorEnd: 8 });
  });
});

describe('inspection', { timeout: 60_000 }, () => {
  it('shows types and documentation', async () => {
    const { found, data } = await notebook.language.inspect('"🎉" + learningRate', 8);
    expect(found).toBe(true);
    expect(data['text/plain']).toBe('const learningRate: 0.5\n\nThe rate of learning.');
    expect(data['text/markdown']).toBe('```typescript\nconst learningRate: 0.5\n```\n\nThe rate of learning.');
    expect((await notebook.language.inspect('train(', 6)).data['text/plain']).toContain('function train(options: {');
  });

  it('finds nothing where nothing is', async () => {
    expect(await notebook.language.inspect('  ', 1)).toEqual({ found: false, data: {} });
  });
});

describe('completeness', { timeout: 60_000 }, () => {
  it.each(['1 + 1', 'const a = 5;', '', '// comment', 'for (const x of []) { x }', '`text`', 'await f()'])(
    '%s is complete',
    async (code) => {
      expect(await notebook.language.isComplete(code)).toEqual({ status: 'complete' });
    },
  );

  it.each([
    ['function f() {', '  '],
    ['if (x) {\n  y;', '  '],
    ['call(', '  '],
    ['`text', ''],
    ['/* comment', ''],
    ['const a =', ''],
    ['class A {\n  b = [', '    '],
  ])('%s is incomplete', async (code, indent) => {
    expect(await notebook.language.isComplete(code)).toEqual({ status: 'incomplete', indent });
  });

  it.each(['function function', ')', 'a b', '"text'])('%s is invalid', async (code) => {
    expect(await notebook.language.isComplete(code)).toEqual({ status: 'invalid' });
  });
});
