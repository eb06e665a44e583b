import { randomUUID } from 'node:crypto';
import { escapeHtml, type MimeBundle, notebook } from '../../utils/index.js';
import { buildFor } from '../browserless.js';
import type { Figure, PictureOptions } from '../figure.js';
import { drawSvg, figureSvg, sizeOf, titleOf } from '../save.js';
import { withTheme } from '../withTheme.js';
import { libraryAddress, libraryScript, packed } from './library.js';
import { runtime } from './runtime.js';

export type BundleOptions = PictureOptions & {
  /** What terminals show instead of the figure; default one line about it. */
  text?: string;
  /**
   * Where the HTML takes plotly.js from. `page` (default): from the page, where `show` or a figure before has defined it; a page without it, such as a
   * notebook that is opened again, loads it from jsDelivr (its hash is checked), and shows the picture where it cannot. `inside`: it is in the HTML (0.7 MB more).
   */
  library?: 'page' | 'inside';
};

/**
 * The figure for a notebook, a form for each kind of reader; the bytes are few (mostly 50 to 120 kB) as plotly.js is not among them.
 * - `application/vnd.plotly.v1+json`: VS Code, and JupyterLab with plotly's extension, draw it themselves. Left out of a figure of more than 12 kB: notebooks
 *   keep JSON with a line a number, and the HTML has the same compressed.
 * - `text/html`: JupyterLab without that extension, nbviewer: the picture, which a script replaces by the interactive figure. GitHub, and notebooks that are
 *   not trusted, drop the script and show the picture.
 * - `image/png`: everything that shows pictures only; `text/plain`: terminals.
 */
export async function figureBundle(figure: Figure, options: BundleOptions = {}): Promise<MimeBundle> {
  return (await formsOf(figure, options)).bundle;
}

async function formsOf(figure: Figure, options: BundleOptions): Promise<{ bundle: MimeBundle; image: string }> {
  const { theme = 'light', library = 'page', text = describeFigure(figure) } = options;
  const themed = withTheme(figure, theme);
  const { image, picture } = await staticPicture(figure, options);
  const build = buildFor([figure]);
  const id = `figure-${randomUUID()}`;
  const json = JSON.stringify(themed, shortNumber);
  const address = library === 'page' ? `, ${JSON.stringify(await libraryAddress(build))}` : '';
  const inside = library === 'inside' ? `${await libraryScript(build)};\n` : '';
  const script = `<script>${runtime}\n${inside}window.atelierFigures.show('${id}', '${await packed(json)}', '${build.name}'${address})</script>`;
  const plotly = withoutThumbnails(JSON.parse(json));
  const bundle = {
    ...(JSON.stringify(plotly).length > largestJson ? {} : { 'application/vnd.plotly.v1+json': plotly }),
    'text/html': `<div id="${id}" style="max-width: 100%">${image}</div>\n${script}`,
    'image/png': picture,
    'text/plain': text,
  };
  return { bundle, image };
}

/** Five digits are more than a picture shows, and less than half of the file. Large numbers may be times and keep all of theirs. */
function shortNumber(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value) || Math.abs(value) >= 1e5) return value;
  return Number(value.toPrecision(5));
}

/** Only our own page shows thumbnails on hovering: elsewhere they would be mere weight. */
function withoutThumbnails({ data, layout: { meta: _, ...layout } }: Figure): Figure {
  return { data, layout };
}

/** In characters. */
const largestJson = 12_000;
const largestPicture = 30_000;

/**
 * PNGs of few colours, as base64: the picture, and one of a pixel a CSS pixel as an element of HTML, where it mostly stands for a moment only. A picture that
 * would be large is no finer than that one, unless `scale` says so.
 */
async function staticPicture(figure: Figure, options: PictureOptions): Promise<{ image: string; picture: string }> {
  const { default: sharp } = await import('sharp');
  const svg = await figureSvg(figure, options);
  const encode = async (scale: number): Promise<string> => {
    const png = await drawSvg(svg, { ...options, scale });
    return (await sharp(png).png({ palette: true, effort: 7 }).toBuffer()).toString('base64');
  };
  const [fine, placeholder] = await Promise.all([encode(options.scale ?? 1.5), encode(1)]);
  const picture = options.scale === undefined && fine.length > largestPicture ? placeholder : fine;
  const { width, height } = sizeOf(figure, options);
  const size = `width="${width}" height="${height}" style="max-width: 100%; height: auto"`;
  const alt = escapeHtml(titleOf(figure) || 'figure');
  return { image: `<img src="data:image/png;base64,${placeholder}" alt="${alt}" ${size}>`, picture };
}

/** One line about a figure: its title, and its traces by kind and name. */
export function describeFigure(figure: Figure): string {
  const title = titleOf(figure);
  const kinds = new Map<string, number>();
  for (const { type = 'scatter' } of figure.data) kinds.set(type, (kinds.get(type) ?? 0) + 1);
  const traces = [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(', ');
  return `Figure${title === '' ? '' : ` «${title}»`} (${traces || 'empty'})`;
}

/** JupyterLab's server drops outputs beyond 3 MB in 3 seconds: the library goes with a figure at most this often. */
const libraryEvery = 20_000;
const librarySent = new Map<string, number>();

/**
 * Shows the figure below the running cell of a notebook, interactive also without a network: plotly.js is sent to the page with the figure and taken out of the
 * output again at once, so that the notebook's file stays small. Elsewhere nothing is shown.
 * @returns `text`, or one line about the figure, for those who want to print it.
 */
export async function show(figure: Figure, options: Omit<BundleOptions, 'library'> = {}): Promise<string> {
  const host = notebook();
  const { text = describeFigure(figure) } = options;
  if (host === undefined) return text;
  const displayId = `figure-${randomUUID()}`;
  const { image, bundle } = await formsOf(figure, options);
  const now = performance.now();
  const build = buildFor([figure]);
  if (now - (librarySent.get(build.name) ?? Number.NEGATIVE_INFINITY) < libraryEvery) {
    host.display(bundle, { displayId });
    return text;
  }
  librarySent.set(build.name, now);
  const define = `<script>${runtime}\n${await libraryScript(build)}</script>`;
  host.display({ 'text/html': `${image}\n${define}`, 'text/plain': text }, { displayId });
  host.display(bundle, { displayId, update: true });
  return text;
}
