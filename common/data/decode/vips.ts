import type { Sharp, SharpOptions } from 'sharp';
import type { Pixels } from '../pixels.js';
import type { Header } from './header.js';

export interface VipsOptions {
  maxPixels: number;
  /** A JPEG is decoded at 1/shrink of its size. */
  shrink?: number;
}

/**
 * Decodes any image file that libvips reads (PNG, JPEG, WebP, GIF, TIFF, AVIF) to 8 bits a channel as Pillow would: colour profiles and
 * orientation are ignored, of an animation the first frame is taken. Of 16 bits the upper 8 are kept. Throws libvips's own message.
 */
export async function decodeVips(bytes: Uint8Array, header: Header | undefined, options: VipsOptions): Promise<Pixels> {
  const sharp = await openSharp();
  const input: SharpOptions = { limitInputPixels: options.maxPixels, ignoreIcc: true, sequentialRead: true };
  if (header?.format === 'jpeg' && header.channels === 4) {
    const cmyk = await toPixels(sharp(bytes, input).pipelineColourspace('cmyk').toColourspace('cmyk'));
    return cmyk.channels === 4 ? fromCmyk(cmyk) : cmyk;
  }
  const grey =
    header === undefined ? await isGrey(sharp(bytes, input)) : header.channels === 1 || header.channels === 2;
  const pipeline = sharp(bytes, input);
  const { shrink = 1 } = options;
  if (shrink > 1 && header !== undefined) {
    // To exactly this size libvips only lets libjpeg scale, in the discrete cosine transform.
    const [width, height] = [Math.ceil(header.width / shrink), Math.ceil(header.height / shrink)];
    pipeline.resize(width, height, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: true });
  }
  if (header?.depth === 16) return upperBytes(pipeline.toColourspace(grey ? 'grey16' : 'rgb16'));
  return toPixels(pipeline.toColourspace(grey ? 'b-w' : 'srgb'));
}

/** libvips's own conversion rounds some values up. */
async function upperBytes(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
  const { height, width, channels } = info;
  // Little-endian, as every machine that libvips is prebuilt for.
  return { data: Uint8Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + 1]!), height, width, channels };
}

async function isGrey(image: Sharp): Promise<boolean> {
  const { space } = await image.metadata();
  return space === 'b-w' || space === 'grey16';
}

/** Pillow's `convert('RGB')` of cyan, magenta, yellow, black: no profile, (255 − ink) × (255 − black) / 255. */
function fromCmyk({ data: inks, height, width }: Pixels): Pixels {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const white = 255 - inks[4 * i + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = inks[4 * i + c]! * white + 128;
      data[3 * i + c] = white - (((product >> 8) + product) >> 8);
    }
  }
  return { data, height, width, channels: 3 };
}

async function toPixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, height: info.height, width: info.width, channels: info.channels };
}

/** Loaded at the first need: it takes 0.1 s, and small PNG and JPEG files never need it. One thread an image: the workers are the threads. */
async function openSharp() {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}
