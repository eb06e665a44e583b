import { escapeHtml } from '../utils/index.js';
import { useHouseFont } from './fonts.js';
import { textWidth } from './textSize.js';
import { fontFamily, ink } from './theme.js';

/** A picture in memory: rows of pixels, `channels` bytes each (1 grey, 3 RGB, 4 RGBA over the background). */
export type GridImage = { data: Uint8Array | Uint8ClampedArray; width: number; height: number; channels: 1 | 3 | 4 };

/** The text below a picture; `\n` breaks lines. */
export type Caption = string | { text: string; color?: string };

export type ImageGridOptions = {
  /** pictures in a row; default as many as make the grid about square */
  columns?: number;
  /** whole number: a pixel of a picture becomes a square of this side; default such that a picture is about 84 high */
  scale?: number;
  /** pixels between pictures, default 8 */
  gap?: number;
  /** default white */
  background?: string;
  /** font size of captions in pixels, default 13 */
  captionSize?: number;
  title?: string;
};

/**
 * Pictures in a grid, each with its caption below, as the bytes of a PNG. Pixels stay sharp squares. Pictures of several sizes share the largest cell.
 * `captions` may be shorter than `images`, or empty.
 */
export async function imageGrid(
  images: readonly GridImage[],
  captions: readonly Caption[] = [],
  options: ImageGridOptions = {},
): Promise<Uint8Array> {
  const { gap = 8, background = '#ffffff', captionSize = 13, title = '' } = options;
  const largest = images.reduce((max, image) => Math.max(max, image.height), 1);
  const scale = options.scale ?? Math.max(1, Math.round(84 / largest));
  const columns = Math.max(1, options.columns ?? Math.ceil(Math.sqrt(images.length)));
  const rows = Math.max(1, Math.ceil(images.length / columns));
  const texts = captions.map((caption) => (typeof caption === 'string' ? { text: caption } : caption));
  const lines = Math.max(0, ...texts.map(({ text }) => text.split('\n').length));
  const lineHeight = Math.ceil(captionSize * 1.35);
  const widestLine = Math.max(
    0,
    ...texts.flatMap(({ text }) => text.split('\n').map((line) => textWidth(line, captionSize))),
  );
  const cellWidth = Math.ceil(Math.max(scale * Math.max(1, ...images.map((image) => image.width)), widestLine));
  const cellHeight = scale * largest + (lines > 0 ? 4 + lines * lineHeight : 0);
  const titleHeight = title === '' ? 0 : 30;
  const width = Math.ceil(
    Math.max(gap + columns * (cellWidth + gap), title === '' ? 1 : textWidth(title, 16) + 2 * gap + 16),
  );
  const height = Math.max(1, titleHeight + gap + rows * (cellHeight + gap));

  const { default: sharp } = await import('sharp');
  const layers: {
    input: Buffer;
    raw?: { width: number; height: number; channels: 1 | 3 | 4 };
    left: number;
    top: number;
  }[] = [];
  const labels: string[] = [];
  if (title !== '') labels.push(textElement(gap, 22, 'start', 16, ink, title));
  for (const [i, image] of images.entries()) {
    const left = gap + (i % columns) * (cellWidth + gap);
    const top = titleHeight + gap + Math.floor(i / columns) * (cellHeight + gap);
    layers.push({
      input: enlarge(image, scale),
      raw: { width: image.width * scale, height: image.height * scale, channels: image.channels },
      left: left + Math.floor((cellWidth - image.width * scale) / 2),
      top: top + Math.floor((scale * (largest - image.height)) / 2),
    });
    const caption = texts[i];
    caption?.text.split('\n').forEach((line, number) => {
      const baseline = top + scale * largest + 2 + (number + 0.85) * lineHeight;
      labels.push(textElement(left + cellWidth / 2, baseline, 'middle', captionSize, caption.color ?? ink, line));
    });
  }
  if (labels.length > 0) {
    useHouseFont();
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${fontFamily}">${labels.join('')}</svg>`;
    layers.push({ input: Buffer.from(svg), left: 0, top: 0 });
  }
  return sharp({ create: { width, height, channels: 3, background } })
    .composite(layers)
    .png()
    .toBuffer();
}

/** Every pixel `scale` times as wide and high. */
function enlarge({ data, width, height, channels }: GridImage, scale: number): Buffer {
  if (data.length !== width * height * channels)
    throw new Error(
      `an image of ${width} × ${height} × ${channels} has ${width * height * channels} bytes, not ${data.length}`,
    );
  const row = width * scale * channels;
  const large = Buffer.alloc(row * height * scale);
  for (let y = 0; y < height; y++) {
    const start = y * scale * row;
    for (let x = 0; x < width * scale; x++) {
      const from = (y * width + Math.floor(x / scale)) * channels;
      for (let c = 0; c < channels; c++) large[start + x * channels + c] = data[from + c]!;
    }
    for (let copy = 1; copy < scale; copy++) large.copyWithin(start + copy * row, start, start + row);
  }
  return large;
}

function textElement(x: number, y: number, anchor: string, size: number, color: string, text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${color}">${escapeHtml(text)}</text>`;
}
