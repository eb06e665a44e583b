import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { DownloadProgress } from './index.js';
import { terminalProgress } from './index.js';

function screen(isTTY: boolean) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 120, rows: 40 }), text: () => text };
}

const at = (phase: DownloadProgress['phase'], done: number, note?: string): DownloadProgress => ({
  phase,
  kind: 'dataset',
  id: 'ada/set',
  files: { done: phase === 'done' ? 3 : 1, total: phase === 'listing' ? 0 : 3 },
  bytes: { done, total: phase === 'listing' ? 0 : 4_000_000 },
  rate: 1_500_000,
  secondsLeft: 2,
  note,
});

test('in a terminal: a bar with files, bytes, rate and time left, notes above it, the cursor given back', () => {
  const { stream, text } = screen(true);
  const { update, stop } = terminalProgress(stream);
  update(at('listing', 0));
  update(at('downloading', 1_000_000));
  expect(text()).toContain('25% | 1/3 files | 1.00 MB of 4.00 MB | 1.50 MB/s | 2.0 s left');
  update(at('downloading', 1_000_000, 'x.parquet: trying again'));
  update(at('done', 4_000_000));
  stop();
  expect(text()).toContain('x.parquet: trying again\n');
  expect(text()).toContain('100% | 3/3 files | 4.00 MB of 4.00 MB');
  expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'));
});

test('elsewhere: few plain lines', () => {
  const { stream, text } = screen(false);
  const { update, stop } = terminalProgress(stream);
  update(at('listing', 0));
  for (let i = 0; i < 100; i++) update(at('downloading', i * 10_000, i === 50 ? 'x.parquet: trying again' : undefined));
  update(at('done', 4_000_000));
  stop();
  expect(text()).toBe('ada/set: 1/3 files | 0 B of 4.00 MB | 1.50 MB/s | 2.0 s left\nx.parquet: trying again\n');
});

test.each([true, false])('many notes at once are counted (terminal: %s)', (isTTY) => {
  const { stream, text } = screen(isTTY);
  const { update, stop } = terminalProgress(stream);
  for (let i = 0; i < 300; i++) update(at('downloading', i * 1000, `file ${i}: trying again`));
  update(at('done', 4_000_000));
  stop();
  expect(text().match(/trying again/g)).toHaveLength(5);
  expect(text().includes('… and 295 such lines more\n')).toBe(true);
});

test('in a notebook: one bar below the cell, taken away at the end', () => {
  const drawn: { text: unknown; html: unknown; displayId: string | undefined; update: boolean }[] = [];
  globalThis.atelierNotebook = {
    display: (bundle, { displayId, update = false } = {}) =>
      drawn.push({ text: bundle['text/plain'], html: bundle['text/html'], displayId, update }),
  };
  try {
    const { update, stop } = terminalProgress();
    update(at('downloading', 1_000_000));
    update(at('done', 4_000_000));
    stop();
  } finally {
    globalThis.atelierNotebook = undefined;
  }
  expect(drawn[0]?.html).toContain('<progress value="25" max="100">');
  expect(drawn[0]?.text).toContain('1.00 MB of 4.00 MB');
  expect(drawn.map(({ update }) => update)).toEqual(drawn.map((_, i) => i > 0));
  expect(new Set(drawn.map(({ displayId }) => displayId)).size).toBe(1);
  expect(drawn.at(-1)?.html).toBe('');
});
