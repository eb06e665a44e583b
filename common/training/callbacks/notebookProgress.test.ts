import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MimeBundle } from '../../utils/index.js';
import { makePaper, trainSmall } from '../testing/small.js';
import { progress } from './progress.js';

interface Drawn {
  time: number;
  bundle: MimeBundle;
  displayId: string | undefined;
  update: boolean;
}

let dir: string;
let assets: string;
let drawn: Drawn[];
let printed: string;
const write = process.stdout.write;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
  drawn = [];
  printed = '';
  globalThis.atelierNotebook = {
    display(bundle, { displayId, update = false } = {}) {
      drawn.push({ time: performance.now(), bundle, displayId, update });
    },
  };
  process.stdout.write = (text) => {
    printed += String(text);
    return true;
  };
});
afterEach(async () => {
  globalThis.atelierNotebook = undefined;
  process.stdout.write = write;
  await rm(assets, { recursive: true, force: true });
});

it('draws one bar in a notebook, updated in place at most ten times a second, and prints the epochs above it', async () => {
  const run = await trainSmall(dir, ['epochs=3', 'pause=30'], { callbacks: [progress()] });
  await run.close();
  expect(new Set(drawn.map(({ displayId }) => displayId)).size).toBe(1);
  expect(drawn.map(({ update }) => update)).toEqual([false, ...Array(drawn.length - 1).fill(true)]);
  const [first, ...rest] = drawn;
  let before = first?.time ?? 0;
  // All but the last, which takes the bar away.
  for (const { time } of rest.slice(0, -1)) {
    expect(time - before).toBeGreaterThanOrEqual(99);
    before = time;
  }
  const texts = drawn.map(({ bundle }) => String(bundle['text/plain']));
  const pages = drawn.map(({ bundle }) => String(bundle['text/html']));
  expect(texts.filter((text) => /^epoch \d\/3 .*\d\/7 .* left .*loss \d/.test(text)).length).toBeGreaterThan(2);
  expect(pages.find((page) => page.includes('<progress value="') && page.includes('max="7"'))).toBeDefined();
  expect([texts.at(-1), pages.at(-1)]).toEqual(['', '']);
  expect(printed.match(/^epoch \d\/3 {2}train loss .*val loss/gm)?.length).toBe(3);
  expect(printed).toContain('Run folder: ');
});

it('a failing run leaves no bar behind', async () => {
  const failing = trainSmall(dir, ['epochs=1'], {
    callbacks: [progress()],
    afterStep() {
      throw new Error('stop');
    },
  });
  await expect(failing).rejects.toThrow('stop');
  expect(drawn.length).toBeGreaterThan(1);
  expect(drawn.at(-1)?.bundle['text/plain']).toBe('');
});
