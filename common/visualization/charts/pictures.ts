import type { GridImage } from '../imageGrid.js';

/** A picture as a PNG in a `data:` address, at least `width` × `height` large: each of its pixels becomes a block, so that they stay sharp in every viewer. */
export async function pictureUrl(image: GridImage, width = 0, height = 0): Promise<string> {
  const { data, channels } = image;
  if (data.length !== image.width * image.height * channels)
    throw new Error(
      `an image of ${image.width} × ${image.height} × ${channels} has ${image.width * image.height * channels} bytes, not ${data.length}`,
    );
  const { default: sharp } = await import('sharp');
  const times = Math.max(1, Math.ceil(width / image.width), Math.ceil(height / image.height));
  const raw = { width: image.width, height: image.height, channels };
  const png = await sharp(data, { raw })
    .resize(image.width * times, image.height * times, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** Pictures of one size side by side in one, the first `columns` in the first row: what a page moves behind a small window to show one of them. */
export async function spriteUrl(images: readonly GridImage[], columns: number): Promise<string> {
  const { width = 1, height = 1 } = images[0] ?? {};
  const rows = Math.max(1, Math.ceil(images.length / columns));
  const isGrey = images.every(({ channels }) => channels === 1);
  const samples = isGrey ? 1 : 3;
  const sheet = new Uint8Array(width * columns * height * rows * samples);
  images.forEach((image, i) => {
    if (image.width !== width || image.height !== height)
      throw new Error(`thumbnails have one size: ${image.width} × ${image.height} is not ${width} × ${height}`);
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < samples; c++) {
          const from = (y * width + x) * image.channels + (image.channels === 1 ? 0 : c);
          sheet[((top + y) * width * columns + left + x) * samples + c] = image.data[from]!;
        }
  });
  const { default: sharp } = await import('sharp');
  const raw = { width: width * columns, height: height * rows, channels: samples } as const;
  // Thumbnails: 16 shades of grey or 256 colours for all of them will do, at a third of the bytes.
  const png = await sharp(sheet, { raw })
    .png({ palette: true, colours: isGrey ? 16 : 256, effort: 10 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
