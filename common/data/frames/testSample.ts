import type { Dataset } from '../dataset.js';
import type { Features } from '../features.js';
import { datasetFromRows } from '../memoryDataset.js';
import { png, testPixels } from '../testData.js';

const features: Features = {
  image: { type: 'image' },
  label: { type: 'classLabel', names: ['ant', "bee's"] },
  'long name': { type: 'value', dtype: 'string' },
  count: { type: 'value', dtype: 'int64' },
  weight: { type: 'value', dtype: 'float32' },
  seen: { type: 'value', dtype: 'timestamp[us]' },
  good: { type: 'value', dtype: 'bool' },
  tags: { type: 'sequence', feature: { type: 'value', dtype: 'string' } },
  box: { type: 'struct', fields: { x: { type: 'value', dtype: 'int32' }, y: { type: 'value', dtype: 'int32' } } },
};

const rows = [
  {
    label: 0,
    'long name': 'a',
    count: 1,
    weight: 0.5,
    seen: new Date('2020-01-02T03:04:05.678Z'),
    good: true,
    tags: ['x', 'y'],
    box: { x: 1, y: 2 },
  },
  { label: 1, 'long name': 'b\'"', count: 2, weight: null, seen: null, good: false, tags: [], box: null },
  {
    label: 1,
    'long name': null,
    count: 3,
    weight: -1.25,
    seen: new Date('1969-12-31T00:00:00Z'),
    good: null,
    tags: null,
    box: { x: 3, y: 4 },
  },
];

/** Three rows of all kinds of values, with gaps. */
export async function sample(): Promise<Dataset> {
  const shape = { height: 2, width: 3, channels: 3 };
  const images = await Promise.all(rows.map((_, i) => png(testPixels(i, shape), shape)));
  return datasetFromRows<Record<string, unknown>>(
    rows.map((row, i) => ({ image: { bytes: images[i], path: `d/${i}.png` }, ...row })),
    {
      features,
      name: 'sample',
    },
  );
}
