import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamingDataset } from '../../dataset.js';
import { loadDataset } from '../../loadDataset.js';
import { trainBpe } from '../bpe/trainBpe.js';
import { generateNumberPairs } from '../numbers/index.js';
import { type PairCursor, parsePairCursor } from './pairCursor.js';
import { createStreamingPairLoader } from './streamingPairLoader.js';

const folder = mkdtempSync(join(tmpdir(), 'pair-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));
const rows = Array.from(generateNumberPairs({ count: 230 }), ({ source, target }) => ({ de: source, en: target }));
const path = join(folder, 'pairs.jsonl');
writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));

let stream: StreamingDataset<{ de: string; en: string }>;
const tokenizer = await trainBpe(
  rows.flatMap(({ de, en }) => [de, en]),
  { vocabSize: 500, specialTokens: ['<pad>', '<s>', '</s>'] },
);
beforeAll(async () => {
  await tf.setBackend('cpu');
  stream = await loadDataset<{ de: string; en: string }>(path, { split: 'train', streaming: true });
});

const options = {
  tokenizer,
  source: 'de',
  target: 'en',
  pad: 0,
  bos: 1,
  eos: 2,
  widths: [16, 32, 48],
  maxTokens: 400,
  window: 60,
  shuffle: true,
  seed: 4,
} as const;

async function read(from?: PairCursor) {
  const loader = createStreamingPairLoader(stream, options);
  const all = [];
  for await (const { source, target, indices, cursor } of loader.batches(from)) {
    const ids = target.arraySync().map((row) => row.filter((id) => id > 2));
    all.push({
      source: source.arraySync(),
      texts: ids.map((row) => tokenizer.decode(row)),
      indices: [...indices],
      cursor,
    });
  }
  return { all, tooLong: loader.tooLong };
}

test('every pair that fits comes once; the others are counted', async () => {
  const { all, tooLong } = await read();
  const texts = all.flatMap((batch) => batch.texts).filter((text) => text !== '');
  const fitting = rows.filter(({ de, en }) => Math.max(...[de, en].map((t) => tokenizer.encodeIds(t).length)) < 48);
  expect(texts.sort()).toEqual(fitting.map(({ en }) => en).sort());
  expect(tooLong).toBe(rows.length - fitting.length);
  expect(tooLong).toBeGreaterThan(0);
});

test('goes on behind any batch, within a window and between two', async () => {
  const { all } = await read();
  expect(all.length).toBeGreaterThan(8);
  for (const [i, { cursor }] of all.entries()) {
    const rest = await read(parsePairCursor(JSON.parse(JSON.stringify(cursor))));
    expect(rest.all).toEqual(all.slice(i + 1));
  }
});

test('leaves no tensors behind, left early too', async () => {
  const before = tf.memory().numTensors;
  for await (const _ of createStreamingPairLoader(stream, options).batches()) break;
  await read();
  expect(tf.memory().numTensors).toBe(before);
});
