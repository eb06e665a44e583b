import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { TokenTable } from '../tokenTable.js';
import { createPackedLoader } from './packedLoader.js';
import { concatenateAndChunk, packDocuments, packFirstFit } from './packing.js';

const documents = TokenTable.from([[11, 12, 13], [21], [], [31, 32, 33, 34, 35]]);

test('concatenateAndChunk, by hand', () => {
  const packed = concatenateAndChunk(documents, { width: 4, separator: 9, dropLast: false });
  expect([...packed.ids]).toEqual([11, 12, 13, 9, 21, 9, 9, 31, 32, 33, 34, 35, 9, 0, 0, 0]);
  expect([...packed.segments]).toEqual([1, 1, 1, 1, 1, 1, 2, 3, 1, 1, 1, 1, 1, 0, 0, 0]);
  expect([...packed.positions]).toEqual([0, 1, 2, 3, 0, 1, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]);
});

test('concatenateAndChunk loses only what does not fill a row', () => {
  const packed = concatenateAndChunk(documents, { width: 4 });
  expect(packed.length).toBe(2);
  expect([...packed.ids]).toEqual([11, 12, 13, 21, 31, 32, 33, 34]);
});

test('packFirstFit puts each document into the first row with room, the longest first', () => {
  expect(packFirstFit([2, 5, 4, 1, 3, 3], 6)).toEqual([
    [1, 3],
    [2, 0],
    [4, 5],
  ]);
});

test('packFirstFit agrees with a plain search', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new CounterRandom(seed);
    const lengths = Array.from({ length: 1 + random.integer(60) }, () => random.integer(21));
    const rows: number[][] = [];
    const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
    for (const d of order) {
      const sum = (row: readonly number[]) => row.reduce((s, i) => s + lengths[i]!, 0);
      const row = rows.find((members) => sum(members) + lengths[d]! <= 20);
      if (row === undefined) rows.push([d]);
      else row.push(d);
    }
    expect(packFirstFit(lengths, 20)).toEqual(rows);
  }
});

test('packDocuments keeps each document whole', () => {
  const packed = packDocuments(documents, { width: 6, pad: -1 });
  expect(packed.documents).toEqual([[3, 1, 2], [0]]);
  expect([...packed.ids]).toEqual([31, 32, 33, 34, 35, 21, 11, 12, 13, -1, -1, -1]);
  expect([...packed.segments]).toEqual([1, 1, 1, 1, 1, 2, 1, 1, 1, 0, 0, 0]);
  expect([...packed.positions]).toEqual([0, 1, 2, 3, 4, 0, 0, 1, 2, 0, 0, 0]);
});

test('a document that is longer than a row is named', () => {
  expect(() => packDocuments(documents, { width: 4 })).toThrow(UserError);
  expect(() => packDocuments(documents, { width: 4 })).toThrow(/document 3 has 5 tokens; a row has 4/);
  expect(packFirstFit([], 4)).toEqual([]);
});

test('createPackedLoader: targets stay within a document', async () => {
  await tf.setBackend('cpu');
  const packed = packDocuments(
    TokenTable.from([
      [5, 6, 7],
      [8, 9],
    ]),
    { width: 6 },
  );
  const read: unknown[] = [];
  for await (const { ids, targets, mask, segments, positions, indices } of createPackedLoader(packed, {
    batchSize: 1,
    pad: 0,
  }).batches(0))
    read.push([...[ids, targets, mask, segments, positions].map((tensor) => [...tensor.dataSync()]), [...indices]]);
  expect(read).toEqual([
    [[5, 6, 7, 8, 9, 0], [6, 7, 0, 9, 0, 0], [1, 1, 0, 1, 0, 0], [1, 1, 1, 2, 2, 0], [0, 1, 2, 0, 1, 0], [0]],
  ]);
});
