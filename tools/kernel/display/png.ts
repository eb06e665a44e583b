/** Pixels by rows: 1 (grey), 3 (RGB) or 4 (RGBA) bytes each. */
export interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/**
 * The bytes of a PNG. sharp is loaded when the first picture is made.
 *
 * @param longest larger pictures are made smaller until their longer side has so many pixels.
 * @param enlarge small ones are drawn with larger pixels until their longer side has about so many.
 */
export async function encodePng(
  { data, width, height, channels }: Pixels,
  { longest = 1024, enlarge = 0 } = {},
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const picture = sharp(data, { raw: { width, height, channels } });
  const side = Math.max(width, height);
  const factor = Math.floor(enlarge / side);
  if (side > longest) picture.resize(longest, longest, { fit: 'inside' });
  else if (factor > 1) picture.resize(width * factor, height * factor, { kernel: 'nearest' });
  return picture.png().toBuffer();
}

/** An encoded image (PNG, JPEG, WebP …) as PNG, at most so many pixels on the longer side. @throws where it cannot be decoded. */
export async function shrinkImage(bytes: Uint8Array, longest: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(bytes).rotate().resize(longest, longest, { fit: 'inside', withoutEnlargement: true }).png().toBuffer();
}
