import sharp from 'sharp';

/** Cells of a thumbnail. Coarse enough that another rasteriser's edges of letters do not matter, fine enough that a moved curve or colour does. */
export const cells = { width: 64, height: 48 };

/** A picture as a grid of colours: the bytes of a PNG of `cells`. */
export async function thumbnail(png: Uint8Array): Promise<Uint8Array> {
  return sharp(png)
    .removeAlpha()
    .resize(cells.width, cells.height, { fit: 'fill', kernel: 'linear' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** How far two thumbnails differ, from 0 to 255: over all cells on average, and at most in one (the mean of its channels). */
export async function difference(a: Uint8Array, b: Uint8Array): Promise<{ mean: number; most: number }> {
  const [x, y] = await Promise.all(
    [a, b].map((png) => sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer()),
  );
  if (x === undefined || y === undefined || x.length !== y.length) return { mean: 255, most: 255 };
  let [sum, most] = [0, 0];
  for (let i = 0; i < x.length; i += 3) {
    const cell = (Math.abs(x[i]! - y[i]!) + Math.abs(x[i + 1]! - y[i + 1]!) + Math.abs(x[i + 2]! - y[i + 2]!)) / 3;
    sum += cell;
    most = Math.max(most, cell);
  }
  return { mean: (3 * sum) / x.length, most };
}
