import { writeFileAtomic } from '../utils/index.js';
import { buildFor, plotWindow } from './browserless.js';
import type { Raster } from './canvas.js';
import type { Figure, PictureOptions } from './figure.js';
import { useHouseFont } from './fonts.js';
import { figurePage } from './page/page.js';
import { darkOf, paper, type Theme } from './theme.js';
import { withTheme } from './withTheme.js';

/** The size of a figure's picture in CSS pixels: what is asked for, else the layout's, else 800 × 500. */
export function sizeOf(figure: Figure, { width, height }: PictureOptions = {}): { width: number; height: number } {
  return { width: width ?? figure.layout.width ?? 800, height: height ?? figure.layout.height ?? 500 };
}

/** The figure as the text of an SVG file. `width` and `height` default to the layout's, else 800 × 500; `theme` to light. */
export async function figureSvg(figure: Figure, options: PictureOptions = {}): Promise<string> {
  const window = await plotWindow(buildFor([figure]));
  const { width, height } = sizeOf(figure, options);
  const { svg, rasters } = await window.svg(withTheme(figure, options.theme ?? 'light'), width, height);
  let complete = svg;
  for (const [name, raster] of rasters) complete = complete.replaceAll(`"${name}"`, `"${await pngUrl(raster)}"`);
  return complete;
}

async function pngUrl({ pixels, width, height }: Raster): Promise<string> {
  const { default: sharp } = await import('sharp');
  const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** The figure as the bytes of a PNG, drawn without a browser; `scale` (default 2) picture pixels for each pixel of the layout. */
export async function figurePng(figure: Figure, options: PictureOptions = {}): Promise<Uint8Array> {
  return drawSvg(await figureSvg(figure, options), options);
}

/** The bytes of a PNG of an SVG that figureSvg made. */
export async function drawSvg(svg: string, options: PictureOptions = {}): Promise<Uint8Array> {
  useHouseFont();
  const { default: sharp } = await import('sharp');
  // librsvg draws a CSS pixel at 72 dpi as one pixel.
  return sharp(Buffer.from(svg), { density: 72 * (options.scale ?? 2) })
    .flatten({ background: paperOf(options.theme) })
    .png()
    .toBuffer();
}

/** The colour that figures of a theme are drawn on. */
export function paperOf(theme: Theme = 'light'): string {
  return theme === 'dark' ? (darkOf[paper] ?? paper) : paper;
}

/** Writes the figure as a PNG; see figurePng. */
export async function savePng(figure: Figure, path: string, options: PictureOptions = {}): Promise<void> {
  await writeFileAtomic(path, await figurePng(figure, options));
}

/** Writes the figure as an SVG; see figureSvg. */
export async function saveSvg(figure: Figure, path: string, options: PictureOptions = {}): Promise<void> {
  await writeFileAtomic(path, await figureSvg(figure, options));
}

/**
 * Writes the figure as one HTML file that needs nothing else: plotly.js is in it, compressed (0.7 MB; 2.6 MB for figures in three dimensions, maps and the
 * like), and it can be zoomed and read by hovering. Browsers since 2023 show it.
 */
export async function saveHtml(figure: Figure, path: string, options: { theme?: Theme } = {}): Promise<void> {
  const title = titleOf(figure) || 'Figure';
  await writeFileAtomic(path, await figurePage([{ figures: [figure] }], { title, ...options }));
}

/** The figure's title as plain text. */
export function titleOf({ layout }: Figure): string {
  const title: unknown = typeof layout.title === 'object' ? layout.title.text : layout.title;
  return typeof title === 'string'
    ? title
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
    : '';
}
