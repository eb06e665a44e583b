import { writeFileAtomic } from '../utils/index.js';
import { plotlySource, plotWindow } from './browserless.js';
import type { Raster } from './canvas.js';
import type { Figure, PictureSize } from './figure.js';
import { useHouseFont } from './fonts.js';

/** The figure as the text of an SVG file. `width` and `height` default to the layout's, else 800 × 500. */
export async function figureSvg(figure: Figure, { width, height }: PictureSize = {}): Promise<string> {
  const window = await plotWindow();
  const size = [width ?? figure.layout.width ?? 800, height ?? figure.layout.height ?? 500] as const;
  const { svg, rasters } = await window.svg(figure, ...size);
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
export async function figurePng(figure: Figure, size: PictureSize = {}): Promise<Uint8Array> {
  const svg = await figureSvg(figure, size);
  useHouseFont();
  const { default: sharp } = await import('sharp');
  // librsvg draws a CSS pixel at 72 dpi as one pixel.
  return sharp(Buffer.from(svg), { density: 72 * (size.scale ?? 2) })
    .flatten({ background: '#ffffff' })
    .png()
    .toBuffer();
}

/** Writes the figure as a PNG; see figurePng. */
export async function savePng(figure: Figure, path: string, size: PictureSize = {}): Promise<void> {
  await writeFileAtomic(path, await figurePng(figure, size));
}

/** Writes the figure as an SVG; see figureSvg. */
export async function saveSvg(figure: Figure, path: string, size: PictureSize = {}): Promise<void> {
  await writeFileAtomic(path, await figureSvg(figure, size));
}

/** Writes the figure as one HTML file that needs nothing else: plotly.js (10 MB) is in it, and it can be zoomed and read by hovering. */
export async function saveHtml(figure: Figure, path: string): Promise<void> {
  // `</script>` or `<!--` in a text would end or hide the script.
  const inScript = (text: string): string => text.replace(/<(?=\/script|!--)/gi, '\\x3c');
  const json = JSON.stringify(figure).replace(/</g, '\\u003c');
  await writeFileAtomic(
    path,
    `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Figure</title><script>${inScript(await plotlySource())}</script></head>
<body><div id="figure"></div>
<script>
const figure = ${json};
window.Plotly.newPlot('figure', figure.data, figure.layout, { responsive: true, displaylogo: false });
</script></body>
</html>
`,
  );
}
