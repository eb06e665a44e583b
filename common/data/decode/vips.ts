import type { Sharp } from 'sharp';
import type { ImageShape, Pixels } from '../pixels.js';

/** The largest image that is decoded: more is an attack or a mistake, and would fill the memory. */
export const MAX_PIXELS = 100_000_000;

/** Decodes any image file that libvips reads (PNG, JPEG, WebP, GIF, TIFF, AVIF) to 8 bits a channel. Throws libvips's own message. */
export async function decodeVips(bytes: Uint8Array): Promise<Pixels> {
  const sharp = await openSharp();
  const { space } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
  const grey = space === 'b-w' || space === 'grey16';
  return toPixels(sharp(bytes, { limitInputPixels: MAX_PIXELS }).toColourspace(grey ? 'b-w' : 'srgb'));
}

/**
 * The image resized so that it covers height × width, its middle kept: torchvision's `Resize` (bilinear, antialiased) followed by
 * `CenterCrop`.
 */
export async function resize(image: Pixels, { height, width }: ImageShape): Promise<Pixels> {
  if (image.height === height && image.width === width) return image;
  const sharp = await openSharp();
  const channels = image.channels as 1 | 2 | 3 | 4;
  const pipeline = sharp(image.data, { raw: { width: image.width, height: image.height, channels } })
    .resize(width, height, { fit: 'cover', kernel: 'linear' })
    .toColourspace(channels < 3 ? 'b-w' : 'srgb');
  return toPixels(pipeline);
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
