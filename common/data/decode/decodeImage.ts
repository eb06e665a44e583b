import { messageOf, UserError } from '../../utils/errors.js';
import type { Pixels } from '../pixels.js';
import { readHeader } from './header.js';
import { decodeJpeg } from './jpeg.js';
import { decodePng } from './png.js';

/** The largest image that is decoded by default: more is an attack or a mistake, and would fill the memory. Pillow refuses 1.8 times as many. */
export const MAX_PIXELS = 100_000_000;

export interface DecodeOptions {
  /** Images of more pixels are refused by their header, before anything is unpacked. Default 100 million. */
  maxPixels?: number;
  /** By how much a JPEG of this size may be decoded smaller: 1, 2, 4 or 8. Default: not at all. */
  shrink?: (height: number, width: number) => number;
}

/**
 * Decodes an image file (PNG, JPEG and what else libvips reads: WebP, GIF, TIFF, AVIF) to 8 bits a channel, with the pixels of Pillow:
 * orientation tags (EXIF) and colour profiles are not applied, of an animation the first frame is taken, CMYK becomes RGB without a
 * profile. Unlike in Pillow, 16 bits a channel become 8 by keeping the upper ones, grey too. Small images are decoded at once, so the
 * result is a promise only where it has to be.
 *
 * @param where names the image in an error, e.g. `train.parquet, row 12`.
 * @throws UserError where the bytes are not a whole image, or one of more than `maxPixels`.
 */
export function decodeImage(bytes: Uint8Array, where: string, options: DecodeOptions = {}): Pixels | Promise<Pixels> {
  const named = (error: unknown) => new UserError(`${where}: ${messageOf(error)}`, { cause: error });
  try {
    const pixels = decode(bytes, options);
    if (!(pixels instanceof Promise)) return pixels;
    return pixels.catch((error) => {
      throw named(error);
    });
  } catch (error) {
    throw named(error);
  }
}

/** `decodeImage` for who knows the image's name elsewhere: what is thrown says only what is wrong. */
export function decode(bytes: Uint8Array, options: DecodeOptions): Pixels | Promise<Pixels> {
  const { maxPixels = MAX_PIXELS } = options;
  if (bytes.length === 0) throw new Error('the image is empty (0 bytes)');
  const header = readHeader(bytes);
  if (header !== undefined && header.height * header.width > maxPixels)
    throw new Error(tooLarge(`${header.width} × ${header.height} pixels are`, maxPixels));
  if (header?.format === 'png') return decodePng(bytes, header) ?? decodeOther(bytes, options);
  if (header?.format !== 'jpeg') return decodeOther(bytes, options);
  const shrink = options.shrink?.(header.height, header.width) ?? 1;
  if (shrink > 1) return decodeOther(bytes, options, shrink);
  const fast = decodeJpeg(bytes, header);
  if (fast instanceof Promise) return fast.then((pixels) => pixels ?? decodeOther(bytes, options));
  return fast ?? decodeOther(bytes, options);
}

async function decodeOther(bytes: Uint8Array, { maxPixels = MAX_PIXELS }: DecodeOptions, shrink = 1): Promise<Pixels> {
  const { decodeVips } = await import('./vips.js');
  try {
    return await decodeVips(bytes, readHeader(bytes), { maxPixels, shrink });
  } catch (error) {
    const reason = messageOf(error).replace(/\s+/g, ' ').trim();
    if (reason.includes('exceeds pixel limit')) throw new Error(tooLarge('it has', maxPixels));
    throw new Error(`the image (${bytes.length} bytes) cannot be decoded: ${reason}`);
  }
}

function tooLarge(what: string, maxPixels: number): string {
  return `the image is too large: ${what} more than ${maxPixels.toLocaleString('en')}. Raise the option "maxPixels" if that is right`;
}
