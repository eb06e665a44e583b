import sharp from 'sharp';
import { expect, test } from 'vitest';
import { UserError } from '../../utils/index.js';
import { withChannels } from '../pixels.js';
import { png, testPixels } from '../testData.js';
import { decodeImage, decodeTo } from './decodeImage.js';
import { loadJpegDecoder } from './jpeg.js';
import { decodePng } from './png.js';

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
  expect(decodePng(file)).toEqual({ ...form, data: pixels });
});

test('every PNG filter is undone', async () => {
  // libpng chooses a filter for each row: smooth images make it use all of them.
  const smooth = Uint8Array.from({ length: 64 * 64 }, (_, i) => 128 + 90 * Math.sin((i % 64) / 9) * Math.cos(i / 700));
  const file = await sharp(smooth, { raw: { width: 64, height: 64, channels: 1 } })
    .toColourspace('b-w')
    .png({ adaptiveFiltering: true })
    .toBuffer();
  expect(decodePng(file)?.data).toEqual(smooth);
});

test('palette and 16-bit PNG files are left to libvips; an interlaced one has the same pixels', async () => {
  const pixels = testPixels(1, shape);
  const source = () => sharp(pixels, { raw: { width: 17, height: 13, channels: 3 } });
  const interlaced = await source().png({ progressive: true }).toBuffer();
  expect(Buffer.from((await decodeImage(interlaced, '')).data)).toEqual(Buffer.from(pixels));
  const deep = await source().toColourspace('rgb16').png().toBuffer();
  expect(decodePng(deep)).toBeUndefined();
  expect(await decodeImage(deep, '')).toMatchObject(shape);
  const palette = await source().png({ palette: true, colours: 256 }).toBuffer();
  expect(decodePng(palette)).toBeUndefined();
  expect(await decodeImage(palette, '')).toMatchObject(shape);
});

test.each([{}, { progressive: true }, { chromaSubsampling: '4:4:4' }])(
  'a JPEG (%o) gives libvips’s pixels',
  async (options) => {
    const file = await jpegOf(options);
    const expected = await sharp(file).raw().toBuffer();
    const ours = (await loadJpegDecoder())(file);
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
  await expect((async () => decodeImage(file, 'big'))()).rejects.toThrow(/big: the image .* pixel limit/);
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

test('an image of another size covers the batch’s, its middle kept', async () => {
  // Left third black, middle third grey, right third white: a square cut of the middle is grey.
  const data = Uint8Array.from({ length: 30 * 90 }, (_, i) => Math.floor((i % 90) / 30) * 100);
  const file = await png(data, { height: 30, width: 90, channels: 1 });
  const image = await decodeTo({ height: 10, width: 10, channels: 1 }, file, '');
  expect(image).toMatchObject({ height: 10, width: 10, channels: 1 });
  expect([...image.data.subarray(44, 47)]).toEqual([100, 100, 100]);
  const flat = await png(new Uint8Array(20 * 20 * 3).fill(77), { height: 20, width: 20, channels: 3 });
  expect((await decodeTo({ height: 7, width: 7, channels: 3 }, flat, '')).data).toEqual(Buffer.alloc(7 * 7 * 3, 77));
});
