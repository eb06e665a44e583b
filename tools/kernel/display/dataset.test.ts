import { datasetFromRows } from 'common/data';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { displayBundle } from './index.js';

const png = await sharp({ create: { width: 200, height: 100, channels: 3, background: '#ff0000' } })
  .png()
  .toBuffer();

test('a data set is a page of rows with thumbnails, its columns and its length', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({
    image: { bytes: new Uint8Array(i === 1 ? Buffer.from('broken') : png), path: null },
    label: i % 2,
    text: i === 0 ? '<script>alert("x")</script>' : `line\n${i}`,
  }));
  const dataset = datasetFromRows(rows, {
    name: 'pets <b>',
    features: {
      image: { type: 'image' },
      label: { type: 'classLabel', names: ['cat', '<i>dog'] },
      text: { type: 'value', dtype: 'string' },
    },
  });
  const bundle = await displayBundle(dataset);
  const text = String(bundle['text/plain']);
  expect(text.split('\n')[0]).toBe('pets <b>, train: 30 rows × 3 columns');
  expect(text).toContain('class of 2: cat, <i>dog');
  expect(text).toMatch(/\n1 {2}image, 6 bytes that cannot be decoded {2,}1 <i>dog {2,}line 1\n/);
  expect(text.split('\n').at(-1)).toBe('… 22 more rows');
  const page = String(bundle['text/html']);
  expect(page).not.toMatch(/<script|<i>|<b>/);
  expect(page).toContain('&lt;script&gt;');
  const pictures = [...page.matchAll(/src="data:image\/png;base64,([^"]+)"/g)];
  expect(pictures).toHaveLength(7);
  const { width, height } = await sharp(Buffer.from(pictures[0]![1]!, 'base64')).metadata();
  expect([width, height]).toEqual([64, 32]);
});
