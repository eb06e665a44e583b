import pLimit from 'p-limit';
import { UserError } from '../../utils/index.js';
import { type DigitSplit, drawDigit } from './draw.js';
import { side } from './ink.js';
import type { ImageRow } from './parquet.js';

export type DigitsOptions = {
  /** a whole number from 0 to 2⁵³ − 1; default 0 */
  seed?: number;
  /** how many digits to train on; default 8,000 */
  train?: number;
  /** how many to test on; default 2,000 */
  test?: number;
  /** called now and then with how many of all digits are done */
  onProgress?: (done: number, total: number) => void;
};

export const digitsDefaults = { seed: 0, train: 8000, test: 2000 } as const;

/** How many PNGs are encoded at once: more than libuv's four threads, so that none of them waits for the main thread. */
const concurrency = 16;

/**
 * Draws and encodes the built-in set: handwritten-looking digits as 28 × 28 grey PNG files with their labels 0–9.
 * Every picture is a pure function of (seed, split, index): a larger set begins with the smaller one.
 */
export async function generateDigits(options: DigitsOptions = {}): Promise<Record<DigitSplit, ImageRow[]>> {
  const { seed, train, test, onProgress } = { ...digitsDefaults, ...options };
  for (const [name, value] of Object.entries({ seed, train, test })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new UserError(`digits: ${name} must be a whole number from 0, not ${value}`);
  }
  const total = train + test;
  let done = 0;
  const limit = pLimit(concurrency);
  const rows = async (split: DigitSplit, count: number): Promise<ImageRow[]> =>
    limit.map(
      Array.from({ length: count }, (_, index) => index),
      async (index) => {
        const { pixels, label } = drawDigit({ seed, split, index });
        const bytes = await encodePng(pixels);
        done++;
        if (done % 100 === 0 || done === total) onProgress?.(done, total);
        return { image: { bytes, path: null }, label };
      },
    );
  return { train: await rows('train', train), test: await rows('test', test) };
}

/** A grey PNG, always with the same settings: no palette, no filter, so that the bytes depend on the pixels and the zlib in sharp only. */
async function encodePng(pixels: Uint8Array): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const png = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6, adaptiveFiltering: false, palette: false })
    .toBuffer();
  return png;
}
