import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import '../../backend/index.js';
import { datasetFromRows } from '../memoryDataset.js';
import { sample } from './testSample.js';
import { toDataFrame } from './toDataFrame.js';

test('columns, types and values of danfo’s frame', async () => {
  const dataset = await sample();
  const frame = await toDataFrame(dataset);
  expect(frame.columns).toEqual([
    'image',
    'image_bytes',
    'label',
    'long name',
    'count',
    'weight',
    'seen',
    'good',
    'tags',
    'box',
  ]);
  expect(frame.dtypes).toEqual([
    'string',
    'int32',
    'string',
    'string',
    'int32',
    'float32',
    'string',
    'boolean',
    'string',
    'string',
  ]);
  const size = (await dataset.row(1)).image as { bytes: Uint8Array };
  expect(frame.values[1]).toEqual([
    'd/1.png',
    size.bytes.length,
    "bee's",
    'b\'"',
    2,
    Number.NaN,
    null,
    false,
    '[]',
    null,
  ]);
  expect(frame.values[0]).toEqual([
    'd/0.png',
    expect.any(Number),
    'ant',
    'a',
    1,
    0.5,
    '2020-01-02T03:04:05.678Z',
    true,
    '["x","y"]',
    '{"x":1,"y":2}',
  ]);
  expect(frame.column('count').mean()).toBe(2);
});

test('chosen columns, a limit, labels as numbers', async () => {
  const frame = await toDataFrame(await sample(), { columns: ['label', 'count'], limit: 2, labels: 'numbers' });
  expect(frame.columns).toEqual(['label', 'count']);
  expect(frame.values).toEqual([
    [0, 1],
    [1, 2],
  ]);
  const none = await toDataFrame(await sample(), { columns: ['label', 'count'], limit: 0 });
  expect(none.columns).toEqual(['label', 'count']);
  expect(none.shape[0]).toBe(0);
  await expect(toDataFrame(await sample(), { columns: ['lable'] })).rejects.toThrow(
    'sample has no column "lable". Did you mean "label"?',
  );
});

test('types are told from all rows; integers beyond 2^53 − 1 keep their digits as text', async () => {
  const many = Array.from({ length: 50 }, (_, i) => ({
    x: i < 40 ? i : i + 0.5,
    id: 2n ** 60n + BigInt(i),
    none: null,
  }));
  const frame = await toDataFrame(
    datasetFromRows<Record<string, unknown>>(many, {
      features: {
        x: { type: 'value', dtype: 'float64' },
        id: { type: 'value', dtype: 'int64', bigint: true },
        none: { type: 'value', dtype: 'null' },
      },
    }),
  );
  expect(frame.dtypes).toEqual(['float32', 'string', 'string']);
  expect(frame.values[0]).toEqual([0, '1152921504606846976', null]);
});

test('danfo leaves our tensor backend as it is', async () => {
  const warn = vi.spyOn(console, 'warn');
  const log = vi.spyOn(console, 'log');
  await toDataFrame(await sample());
  expect(tf.getBackend()).toBe('onnx');
  expect(Array.from(tf.tensor1d([1, 2]).add(1).dataSync())).toEqual([2, 3]);
  expect(warn).not.toHaveBeenCalled();
  expect(log).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
