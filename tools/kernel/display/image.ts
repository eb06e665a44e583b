import type { MimeBundle } from 'common/utils';
import { hasMethods, kind } from './kind.js';
import { encodePng } from './png.js';

/** Larger pictures are shown smaller: their longer side in pixels. */
const LONGEST = 1024;

interface SharpLike {
  clone(): SharpLike;
  metadata(): Promise<{ width?: number; height?: number; channels?: number; format?: string }>;
  resize(width: number, height: number, options: { fit: 'inside'; withoutEnlargement: boolean }): SharpLike;
  png(): { toBuffer(): Promise<Uint8Array> };
}

const isSharp = (value: object): value is SharpLike =>
  hasMethods(value, 'clone', 'metadata', 'resize', 'png', 'toBuffer', 'raw');

/** A picture of sharp, with all that is to be done to it; it can still be used afterwards. */
export const showSharp = kind(isSharp, async (image: SharpLike): Promise<MimeBundle> => {
  const png = await image.clone().png().toBuffer();
  return pictureBundle(png, 'image/png', 'sharp');
});

/** The beginnings of files, and what they are. */
const signatures: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638(37|39)61/],
  ['image/webp', /^52494646.{8}57454250/],
];

function typeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.byteLength)).toString('hex');
  return signatures.find(([, signature]) => signature.test(start))?.[0];
}

type Encoded = Uint8Array | { readonly bytes: Uint8Array; readonly path: string | null };

const bytesOf = (value: object): Uint8Array | undefined =>
  value instanceof Uint8Array
    ? value
    : 'bytes' in value && value.bytes instanceof Uint8Array && 'path' in value
      ? value.bytes
      : undefined;

const isEncoded = (value: object): value is Encoded => {
  const bytes = bytesOf(value);
  return bytes !== undefined && typeOf(bytes) !== undefined;
};

/** The bytes of a PNG, JPEG, GIF or WebP file, or an image of a data set (`{ bytes, path }`). */
export const showEncodedImage = kind(isEncoded, async (value: Encoded): Promise<MimeBundle> => {
  const bytes = value instanceof Uint8Array ? value : value.bytes;
  const path = value instanceof Uint8Array || value.path === null ? '' : value.path;
  return pictureBundle(bytes, typeOf(bytes) ?? 'image/png', path);
});

/** The picture as it is where a notebook can show it and it is not too large, else smaller, as PNG. */
async function pictureBundle(bytes: Uint8Array, type: string, name: string): Promise<MimeBundle> {
  const { default: sharp } = await import('sharp');
  const { width, height, channels } = await sharp(bytes).metadata();
  const kindOf = type.replace('image/', '').toUpperCase();
  const text = `Image${name === '' ? '' : ` ${name}`}, ${kindOf}, ${width} × ${height}, ${channels} channels, ${bytes.length.toLocaleString('en')} bytes`;
  const asItIs = Math.max(width, height) <= LONGEST && type !== 'image/webp';
  const shown = asItIs
    ? bytes
    : await sharp(bytes)
        .rotate()
        .resize(LONGEST, LONGEST, { fit: 'inside', withoutEnlargement: true })
        .png()
        .toBuffer();
  return { [asItIs ? type : 'image/png']: Buffer.from(shown).toString('base64'), 'text/plain': text };
}

interface PixelsLike {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

const channelsOf = ({ data, width, height }: PixelsLike): number => data.length / (width * height);

const isPixels = (value: object): value is PixelsLike => {
  if (!('data' in value && 'width' in value && 'height' in value)) return false;
  const { data, width, height } = value;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) return false;
  if (typeof width !== 'number' || typeof height !== 'number' || !(width > 0) || !(height > 0)) return false;
  return [1, 3, 4].includes(channelsOf({ data, width, height }));
};

/** Pixels of one, three or four bytes, by rows: what `decodeImage` and a canvas' `getImageData` give. */
export const showPixels = kind(isPixels, async (pixels: PixelsLike): Promise<MimeBundle> => {
  const channels = channelsOf(pixels);
  const { data, width, height } = pixels;
  const png = await encodePng(
    { data, width, height, channels: channels === 1 ? 1 : channels === 3 ? 3 : 4 },
    { longest: LONGEST, enlarge: 128 },
  );
  const text = `Pixels, ${width} × ${height}, ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
  return { 'image/png': Buffer.from(png).toString('base64'), 'text/plain': text };
});
