import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { TokenTable } from '../tokenTable.js';
import type { TextLoader } from './loader.js';
import { createPackedLoader } from './packedLoader.js';
import { packDocuments } from './packing.js';
import { createPairLoader } from './pairLoader.js';
import { createLanguageModelLoader, createTextLoader } from './textLoader.js';
import { createWindowLoader } from './windowLoader.js';

let tensors = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  tensors = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensors));

/** All batches as plain values. */
async function read<B extends object>(loader: TextLoader<B>, epoch = 0, from = 0): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for await (const batch of loader.batches(epoch, from)) {
    const plain = Object.entries(batch).map(([name, value]) => [
      name,
      value instanceof tf.Tensor ? value.arraySync() : value instanceof Int32Array ? [...value] : value,
    ]);
    all.push(Object.fromEntries(plain));
  }
  return all;
}

const table = TokenTable.from([[5, 6, 7], [8], [9, 10, 11, 12, 13]]);

test('createTextLoader pads, masks and fills', async () => {
  const loader = createTextLoader(table, { pad: 0, bos: 1, eos: 2, batchSize: 2, padToMultipleOf: 4, widths: [4, 8] });
  expect(loader.length).toBe(2);
  expect(await read(loader)).toEqual([
    {
      ids: [
        [1, 8, 2, 0],
        [0, 0, 0, 0],
      ],
      mask: [
        [1, 1, 1, 0],
        [0, 0, 0, 0],
      ],
      lengths: [3, 0],
      indices: [1, -1],
    },
    {
      ids: [
        [1, 5, 6, 7, 2, 0, 0, 0],
        [1, 9, 10, 11, 12, 13, 2, 0],
      ],
      mask: [
        [1, 1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1, 0],
      ],
      lengths: [5, 7],
      indices: [0, 2],
    },
  ]);
});

describe('createLanguageModelLoader shifts by one', () => {
  const options = { pad: 0, batchSize: 3, buckets: 1, padToMultipleOf: 1 };
  test('with begin and end', async () => {
    const [batch] = await read(createLanguageModelLoader(table, { ...options, bos: 1, eos: 2 }));
    expect(batch).toEqual({
      ids: [
        [1, 5, 6, 7, 0, 0],
        [1, 8, 0, 0, 0, 0],
        [1, 9, 10, 11, 12, 13],
      ],
      targets: [
        [5, 6, 7, 2, 0, 0],
        [8, 2, 0, 0, 0, 0],
        [9, 10, 11, 12, 13, 2],
      ],
      mask: [
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1],
      ],
      lengths: [4, 2, 6],
      indices: [0, 1, 2],
    });
  });
  test('with the end only', async () => {
    const [batch] = await read(createLanguageModelLoader(table, { ...options, eos: 2 }));
    expect(batch).toMatchObject({
      ids: [
        [5, 6, 7, 0, 0],
        [8, 0, 0, 0, 0],
        [9, 10, 11, 12, 13],
      ],
      targets: [
        [6, 7, 2, 0, 0],
        [2, 0, 0, 0, 0],
        [10, 11, 12, 13, 2],
      ],
    });
  });
  test('without both, where a text of one token has no target', async () => {
    expect(() => createLanguageModelLoader(table, options)).toThrow(/text 1 has 1 tokens: nothing follows/);
    const [batch] = await read(
      createLanguageModelLoader(
        TokenTable.from([
          [5, 6, 7],
          [8, 9],
        ]),
        { ...options, batchSize: 2 },
      ),
    );
    expect(batch).toMatchObject({
      ids: [
        [5, 6],
        [8, 0],
      ],
      targets: [
        [6, 7],
        [9, 0],
      ],
      mask: [
        [1, 1],
        [1, 0],
      ],
    });
  });
});

describe('createPairLoader', () => {
  const pairs = { source: TokenTable.from([[5, 6], [7]]), target: TokenTable.from([[8], [9, 10, 11]]) };
  const ids = { pad: 0, bos: 1, eos: 2 };

  test('one width for both sides', async () => {
    expect(await read(createPairLoader(pairs, { ...ids, batchSize: 2, widths: [4] }))).toEqual([
      {
        source: [
          [5, 6, 2, 0],
          [7, 2, 0, 0],
        ],
        sourceMask: [
          [1, 1, 1, 0],
          [1, 1, 0, 0],
        ],
        input: [
          [1, 8, 0, 0],
          [1, 9, 10, 11],
        ],
        target: [
          [8, 2, 0, 0],
          [9, 10, 11, 2],
        ],
        targetMask: [
          [1, 1, 0, 0],
          [1, 1, 1, 1],
        ],
        sourceLengths: [3, 2],
        targetLengths: [2, 4],
        tokens: 6,
        indices: [0, 1],
      },
    ]);
  });

  test('a width for each side, no end at the source', async () => {
    const options = {
      ...ids,
      sourceEos: false,
      maxTokens: 8,
      buckets: 'longest' as const,
      padToMultipleOf: 1,
      rowsMultipleOf: 1,
    };
    expect(await read(createPairLoader(pairs, options))).toMatchObject([
      {
        source: [
          [5, 6],
          [7, 0],
        ],
        input: [
          [1, 8, 0, 0],
          [1, 9, 10, 11],
        ],
        sourceLengths: [2, 1],
      },
    ]);
  });

  test('tables of different length are refused', () => {
    const target = TokenTable.from([[1]]);
    expect(() => createPairLoader({ ...pairs, target }, { ...ids, batchSize: 1 })).toThrow(
      /2 source texts and 1 target texts/,
    );
  });
});

describe('every loader', () => {
  const random = new CounterRandom(1);
  const many = TokenTable.from(
    Array.from({ length: 60 }, () => Array.from({ length: 1 + random.integer(20) }, () => random.integer(50))),
  );
  const all: [string, TextLoader<object>][] = [
    ['text', createTextLoader(many, { pad: 0, maxTokens: 100, shuffle: true, seed: 5 })],
    ['language model', createLanguageModelLoader(many, { pad: 0, eos: 1, batchSize: 8, shuffle: true, seed: 5 })],
    [
      'pair',
      createPairLoader({ source: many, target: many }, { pad: 0, bos: 1, eos: 2, maxTokens: 200, shuffle: true }),
    ],
    ['window', createWindowLoader(many.tokens, { width: 8, batchSize: 4, seed: 2 })],
    ['packed', createPackedLoader(packDocuments(many, { width: 32 }), { batchSize: 2, pad: 0, shuffle: true })],
  ];
  test.each(all)('%s: a cursor goes on where it stood; epochs differ', async (_, loader) => {
    const whole = await read(loader, 1);
    expect(whole).toHaveLength(loader.length);
    expect(await read(loader, 1, 2)).toEqual(whole.slice(2));
    expect(await read(loader, 2)).not.toEqual(whole);
    expect(await read(loader, 1, loader.length)).toEqual([]);
  });

  test.each(all)('%s: a new epoch ends the one before, leaving disposes, closing ends', async (_, loader) => {
    const first = loader.batches(0);
    await first.next();
    const second = loader.batches(1);
    await second.next();
    await expect(first.next()).rejects.toThrow(/another epoch/);
    await second.return?.();
    await expect(loader.batches(0, -1).next()).rejects.toThrow(UserError);
    await loader.close();
    await expect(loader.batches(0).next()).rejects.toThrow(/closed/);
  });
});
