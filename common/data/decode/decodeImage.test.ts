import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import { withChannels } from '../pixels.js';
import { png, testPixels } from '../testData.js';
import { decodeImage } from './decodeImage.js';
import expected from './fixtures/expected.json' with { type: 'json' };
import { readHeader } from './header.js';
import { decodeJpeg } from './jpeg.js';
import { decodePng } from './png.js';

/** By the fast decoder alone. */
function fastPng(file: Uint8Array) {
  const header = readHeader(file);
  return header && decodePng(file, header);
}
async function fastJpeg(file: Uint8Array) {
  const header = readHeader(file);
  return header && (await decodeJpeg(file, header));
}

const shape = { height: 13, width: 17, channels: 3 };
const gradient = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => 255 * Math.sin(i / 300) ** 2);
const jpegOf = (options = {}) =>
  sharp(gradient, { raw: { width: 32, height: 32, channels: 3 } })
    .jpeg({ quality: 90, ...options })
    .toBuffer();

test.each([1, 2, 3, 4])('a PNG of %i channels gives the pixels that were written', async (channels) => {
  const form = { ...shape, channels };
  const pixels = testPixels(5, form);
  const file = await png(pixels, form);
  expect(fastPng(file)).toEqual({ ...form, data: pixels });
});

test('every PNG filter is undone', async () => {
  // libpng chooses a filter for each row: smooth images make it use all of them.
  const smooth = Uint8Array.from({ length: 64 * 64 }, (_, i) => 128 + 90 * Math.sin((i % 64) / 9) * Math.cos(i / 700));
  const file = await sharp(smooth, { raw: { width: 64, height: 64, channels: 1 } })
    .toColourspace('b-w')
    .png({ adaptiveFiltering: true })
    .toBuffer();
  expect(fastPng(file)?.data).toEqual(smooth);
});

test('palette and 16-bit PNG files are left to libvips; an interlaced one has the same pixels', async () => {
  const pixels = testPixels(1, shape);
  const source = () => sharp(pixels, { raw: { width: 17, height: 13, channels: 3 } });
  const interlaced = await source().png({ progressive: true }).toBuffer();
  expect(Buffer.from((await decodeImage(interlaced, '')).data)).toEqual(Buffer.from(pixels));
  const deep = await source().toColourspace('rgb16').png().toBuffer();
  expect(fastPng(deep)).toBeUndefined();
  expect(await decodeImage(deep, '')).toMatchObject(shape);
  const palette = await source().png({ palette: true, colours: 256 }).toBuffer();
  expect(fastPng(palette)).toBeUndefined();
  expect(await decodeImage(palette, '')).toMatchObject(shape);
});

test.each([{}, { progressive: true }, { chromaSubsampling: '4:4:4' }])(
  'a JPEG (%o) gives libvips’s pixels',
  async (options) => {
    const file = await jpegOf(options);
    const expected = await sharp(file).raw().toBuffer();
    const ours = await fastJpeg(file);
    expect(ours).toMatchObject({ height: 32, width: 32, channels: 3 });
    const differences = expected.map((value, i) => Math.abs(value - ours!.data[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  },
);

test('a grey JPEG has one channel', async () => {
  const file = await sharp(gradient, { raw: { width: 32, height: 32, channels: 3 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
  expect(await decodeImage(file, '')).toMatchObject({ height: 32, width: 32, channels: 1 });
});

test('what is cut or changed is an error that names the image', async () => {
  const file = await png(testPixels(0, shape), shape);
  const jpeg = await jpegOf();
  const flipped = Uint8Array.from(file);
  flipped[60]! ^= 255;
  const damaged: [string, Uint8Array][] = [
    ['a cut PNG', file.subarray(0, file.length - 30)],
    ['a PNG with a wrong checksum', flipped],
    ['a cut JPEG', jpeg.subarray(0, 400)],
    ['a JPEG with its middle missing', Buffer.concat([jpeg.subarray(0, jpeg.length - 200), jpeg.subarray(-2)])],
    ['text', new TextEncoder().encode('<!doctype html> not found')],
  ];
  for (const [name, bytes] of damaged) {
    const result = (async () => decodeImage(bytes, `train.parquet, row 12 (${name})`))();
    await expect(result, name).rejects.toThrow(UserError);
    await expect(result, name).rejects.toThrow(
      `train.parquet, row 12 (${name}): the image (${bytes.length} bytes) cannot be decoded`,
    );
  }
});

test('an image of 100,000 × 100,000 pixels is refused by its header', async () => {
  const file = Buffer.from(await png(testPixels(0, shape), shape));
  file.writeUInt32BE(100_000, 16);
  file.writeUInt32BE(100_000, 20);
  const { crc32 } = await import('node:zlib');
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  await expect((async () => decodeImage(file, 'big'))()).rejects.toThrow(
    'big: the image is too large: 100000 × 100000 pixels are more than 100,000,000. Raise the option "maxPixels"',
  );
});

test('maxPixels holds for what only libvips reads too', async () => {
  const file = await readFile(join(import.meta.dirname, 'fixtures', 'plain.tiff'));
  const options = { maxPixels: 18 * 22 - 1 };
  await expect((async () => decodeImage(file, 'big', options))()).rejects.toThrow(
    'big: the image is too large: it has more than 395. Raise the option "maxPixels"',
  );
});

test('channels are converted as in Pillow', () => {
  const colour = { height: 1, width: 3, channels: 3, data: Uint8Array.of(255, 0, 0, 10, 200, 30, 7, 7, 7) };
  // PIL.Image.fromarray(colour).convert('L')
  expect(withChannels(colour, 1).data).toEqual(Uint8Array.of(76, 124, 7));
  const grey = { height: 1, width: 2, channels: 1, data: Uint8Array.of(3, 9) };
  expect(withChannels(grey, 3).data).toEqual(Uint8Array.of(3, 3, 3, 9, 9, 9));
  const withAlpha = { height: 1, width: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 100) };
  expect(withChannels(withAlpha, 3).data).toEqual(Uint8Array.of(1, 2, 3));
});

// What Pillow 13 reads (fixtures/make.py); of 16 bits the upper 8, where Pillow's `convert` cuts off at 255.
test.each(Object.entries(expected))('%s: the pixels of Pillow', async (name, { channels, pixels }) => {
  const image = await decodeImage(await readFile(join(import.meta.dirname, 'fixtures', name)), name);
  expect(image).toMatchObject({ height: 18, width: 22 });
  const ours = withChannels(image, channels).data;
  const differences = pixels.map((value, i) => Math.abs(value - (ours[i] ?? Number.NaN)));
  expect(Math.max(...differences)).toBe(0);
});

test('small images are decoded without a promise', async () => {
  const file = await jpegOf();
  await decodeImage(file, '');
  expect(decodeImage(file, '')).not.toBeInstanceOf(Promise);
  expect(decodeImage(await png(testPixels(0, shape), shape), '')).not.toBeInstanceOf(Promise);
});

test('a large JPEG may be decoded smaller', async () => {
  const side = 640;
  const data = Uint8Array.from(
    { length: side * side * 3 },
    (_, i) => 128 + 100 * Math.sin(i / 40_000) * Math.cos((i % (3 * side)) / 90),
  );
  const file = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  const whole = await decodeImage(file, '');
  const half = await decodeImage(file, '', { shrink: () => 2 });
  expect(half).toMatchObject({ height: 320, width: 320, channels: 3 });
  // Each pixel is the mean of four.
  let sum = 0;
  for (let y = 0; y < 320; y++)
    for (let x = 0; x < 320 * 3; x++) {
      const at = 2 * y * side * 3 + Math.floor(x / 3) * 6 + (x % 3);
      const four = whole.data[at]! + whole.data[at + 3]! + whole.data[at + side * 3]! + whole.data[at + side * 3 + 3]!;
      sum += Math.abs(four / 4 - half.data[y * 960 + x]!);
    }
  expect(sum / half.data.length).toBeLessThan(1);
});
