import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MimeBundle } from 'common/utils';
import { lineFigure } from 'common/visualization';
import { afterEach, describe, expect, it } from 'vitest';
import { displayResult } from './index.js';

type Shown = { bundle: MimeBundle; displayId?: string; update?: boolean };

/** A notebook that keeps what is shown in it. */
function listen(): Shown[] {
  const shown: Shown[] = [];
  globalThis.atelierNotebook = { display: (bundle, options = {}) => void shown.push({ bundle, ...options }) };
  return shown;
}
afterEach(() => {
  globalThis.atelierNotebook = undefined;
});

const figure = lineFigure([{ name: 'a', x: [1, 2], y: [3, 4] }], { title: 'Loss' });

describe('a result', () => {
  it('is a bundle and its text', async () => {
    const shown = listen();
    expect(await displayResult([1, 2])).toEqual({ bundle: { 'text/plain': '[ 1, 2 ]' }, text: '[ 1, 2 ]' });
    expect(shown).toEqual([]);
  });

  it('that is a figure is drawn below the cell, with the library in what is replaced at once', async () => {
    const shown = listen();
    expect(await displayResult(figure)).toEqual({ text: 'Figure «Loss» (scatter)' });
    expect(shown).toHaveLength(2);
    const [first, last] = shown;
    expect(JSON.stringify(first?.bundle).length).toBeGreaterThan(500_000);
    expect(last).toMatchObject({ displayId: first?.displayId, update: true });
    expect(JSON.stringify(last?.bundle).length).toBeLessThan(100_000);
    expect(last?.bundle['application/vnd.plotly.v1+json']).toMatchObject({ data: [{ type: 'scatter' }] });
    await displayResult(figure);
    expect(shown).toHaveLength(3);
  });

  it('that is a figure is a bundle where no notebook listens, and where it says itself how it is shown', async () => {
    expect((await displayResult(figure)).bundle).toHaveProperty(['image/png']);
    const shown = listen();
    const own = { ...figure, [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'mine' }) };
    expect(await displayResult(own)).toEqual({ bundle: { 'text/plain': 'mine' }, text: 'mine' });
    expect(shown).toEqual([]);
  });

  it('that is a run is drawn as its curves, with the table for terminals', async () => {
    const shown = listen();
    const folder = await mkdtemp(join(tmpdir(), 'display-'));
    const run = { folder, history: [], epochs: () => {}, finish: () => {}, save: () => {} };
    try {
      expect((await displayResult(run)).bundle?.['text/plain']).toMatch(/0 evaluations/);
      await writeFile(join(folder, 'metrics.csv'), 'epoch,train_loss,val_loss\n1,2.5,2\n2,1.5,1\n');
      const { bundle, text } = await displayResult(run);
      expect(bundle).toBeUndefined();
      expect(text).toMatch(/2 evaluations.*\nepoch {2}train_loss {2}val_loss\n/);
      expect(shown.at(-1)?.bundle['text/plain']).toBe(text);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that cannot be drawn is its text', async () => {
    const shown = listen();
    const broken = { data: [{ type: 'scatter', x: [1n] }], layout: {} };
    expect((await displayResult(broken)).text).toMatch(/not shown otherwise/);
    expect(shown).toEqual([]);
  });
});
