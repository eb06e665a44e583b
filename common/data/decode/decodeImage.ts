import { messageOf, UserError } from '../../utils/index.js';
import { type ImageShape, type Pixels, withChannels } from '../pixels.js';
import { type JpegDecoder, loadJpegDecoder } from './jpeg.js';
import { decodePng } from './png.js';

let jpeg: JpegDecoder | undefined;

/**
 * Decodes an image file (PNG, JPEG and what else libvips reads) to 8 bits a channel; orientation tags are not applied, as in Pillow.
 * Small images are decoded at once, so the result is a promise only where it has to be.
 *
 * @param where names the image in an error, e.g. `train.parquet, row 12`.
 * @throws UserError where the bytes are not a whole image.
 */
export function decodeImage(bytes: Uint8Array, where: string): Pixels | Promise<Pixels> {
  const png = decodePng(bytes);
  if (png !== undefined) return png;
  if (jpeg !== undefined) return jpeg(bytes) ?? decodeOther(bytes, where);
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? decodeFirstJpeg(bytes, where) : decodeOther(bytes, where);
}

/** The image in the form which a batch has: channels converted, resized to cover height × width where it differs. */
export function decodeTo(shape: ImageShape, bytes: Uint8Array, where: string): Pixels | Promise<Pixels> {
  const image = decodeImage(bytes, where);
  return image instanceof Promise ? image.then((pixels) => fit(pixels, shape)) : fit(image, shape);
}

function fit(image: Pixels, shape: ImageShape): Pixels | Promise<Pixels> {
  const converted = withChannels(image, shape.channels);
  if (converted.height === shape.height && converted.width === shape.width) return converted;
  return import('./vips.js')
    .then(({ resize }) => resize(converted, shape))
    .then((p) => withChannels(p, shape.channels));
}

async function decodeFirstJpeg(bytes: Uint8Array, where: string): Promise<Pixels> {
  jpeg = await loadJpegDecoder();
  return jpeg(bytes) ?? decodeOther(bytes, where);
}

async function decodeOther(bytes: Uint8Array, where: string): Promise<Pixels> {
  const { decodeVips } = await import('./vips.js');
  try {
    return await decodeVips(bytes);
  } catch (error) {
    const reason = messageOf(error).replace(/\s+/g, ' ').trim();
    throw new UserError(`${where}: the image (${bytes.length} bytes) cannot be decoded: ${reason}`);
  }
}
