import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineFigure } from 'common/visualization';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { displayBundle } from './index.js';

const red = () => sharp({ create: { width: 40, height: 20, channels: 3, background: '#ff0000' } });
const decoded = (value: unknown) => sharp(Buffer.from(String(value), 'base64')).metadata();

test('encoded images are known by their first bytes', async () => {
  const png = await red().png().toBuffer();
  const bundle = await displayBundle(new Uint8Array(png));
  expect(bundle['image/png']).toBe(png.toString('base64'));
  expect(bundle['text/plain']).toBe(`Image, PNG, 40 × 20, 3 channels, ${png.length} bytes`);
  const jpeg = await red().jpeg().toBuffer();
  expect((await displayBundle({ bytes: jpeg, path: 'a.jpg' }))['text/plain']).toMatch(/^Image a\.jpg, JPEG, 40 × 20/);
  const large = await displayBundle(await red().resize(3000, 1500).webp().toBuffer());
  expect(await decoded(large['image/png'])).toMatchObject({ width: 1024, height: 512, format: 'png' });
  expect(Object.keys(await displayBundle(Uint8Array.of(1, 2, 3)))).toEqual(['text/plain']);
});

test('a sharp picture and raw pixels', async () => {
  const image = red().resize(10, 10, { fit: 'fill' });
  const bundle = await displayBundle(image);
  expect(await decoded(bundle['image/png'])).toMatchObject({ width: 10, height: 10 });
  expect((await image.png().toBuffer()).length).toBeGreaterThan(0);
  const pixels = await displayBundle({ data: new Uint8Array(2 * 3 * 4).fill(200), width: 2, height: 3 });
  expect(pixels['text/plain']).toBe('Pixels, 2 × 3, 4 channels');
  expect(await decoded(pixels['image/png'])).toMatchObject({ width: 84, height: 126 });
  expect(Object.keys(await displayBundle({ data: new Uint8Array(5), width: 2, height: 3 }))).toEqual(['text/plain']);
});

test('a figure is there for plotly and as a picture', async () => {
  const figure = lineFigure([{ name: 'a', x: [1, 2], y: [3, 4] }], { title: 'Loss' });
  const bundle = await displayBundle(figure);
  expect(bundle['application/vnd.plotly.v1+json']).toMatchObject({ data: [{ type: 'scatter' }] });
  expect(bundle['text/plain']).toContain('Loss');
  expect((await decoded(bundle['image/png'])).format).toBe('png');
});

test('a run is its learning curves', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'display-'));
  const run = { folder, history: [], epochs: () => {}, finish: () => {}, save: () => {} };
  try {
    expect((await displayBundle(run))['text/plain']).toMatch(/^Run display-\w+, 0 evaluations/);
    await writeFile(
      join(folder, 'metrics.csv'),
      'epoch,train_loss,val_loss,seconds\n1,2.5,2,1.00\n2,1.5,,1.00\n3,1,0.75,1.00\n',
    );
    const bundle = await displayBundle(run);
    const text = String(bundle['text/plain']).split('\n');
    expect(text[0]).toMatch(/3 evaluations/);
    expect(text[1]).toBe('epoch  train_loss  val_loss  seconds');
    expect(text[3]).toBe('    2         1.5                  1');
    expect(JSON.stringify(bundle['application/vnd.plotly.v1+json'])).toContain('[2,0.75]');
  } finally {
    await rm(folder, { recursive: true });
  }
});
