import type { Figure } from '../figure.js';
import type { Caption, GridImage, ImageGridOptions } from '../imageGrid.js';
import { ink } from '../theme.js';
import { hiddenAxis, panelCaption, panelGrid, setAxes } from './panels.js';
import { pictureUrl } from './pictures.js';
import { plain, shorten } from './text.js';

export type ImageGridFigureOptions = Pick<ImageGridOptions, 'columns' | 'captionSize' | 'title'> & {
  /** how long the longer side of a cell is, in pixels; default 96 */
  side?: number;
};

/**
 * Pictures in a grid with a caption below each, as a figure: the whole caption shows on hovering where it is cut. For a mere PNG `imageGrid` is quicker.
 * Pictures keep their proportions; the cells have those of the first.
 */
export async function imageGridFigure(
  images: readonly GridImage[],
  captions: readonly Caption[] = [],
  { columns, captionSize = 12, title = '', side = 96 }: ImageGridFigureOptions = {},
): Promise<Figure> {
  const { width: w = 1, height: h = 1 } = images[0] ?? {};
  const [width, height] = [(side * w) / Math.max(w, h), (side * h) / Math.max(w, h)];
  const texts = captions.map((caption) => (typeof caption === 'string' ? { text: caption } : caption));
  const lines = Math.max(0, ...texts.map(({ text }) => text.split('\n').length));
  const room = lines === 0 ? 0 : lines * captionSize * 1.3 + 10;
  const { panels, layout } = panelGrid(images.length, {
    ...{
      width,
      height,
      gapX: lines > 0 && side < 80 ? 24 : 10,
      gapY: 10 + room,
      ...(columns === undefined ? {} : { columns }),
    },
    margin: { l: 16, r: 16, t: title === '' ? 16 : 48, b: 12 + room },
  });
  layout.width = Math.max(layout.width ?? 0, 220);
  layout.title = { text: plain(title) };
  layout.images = (await Promise.all(
    images.map(async (image, i) => ({
      ...{ source: await pictureUrl(image, 2 * width, 2 * height), xref: panels[i]!.x, yref: panels[i]!.y },
      ...{ x: 0, y: 0, sizex: 1, sizey: 1, xanchor: 'left', yanchor: 'top', layer: 'below', sizing: 'contain' },
    })),
  )) as NonNullable<Figure['layout']['images']>;
  const data = panels.map((panel, i): Figure['data'][number] => {
    const { text = '', color = ink } = texts[i] ?? {};
    setAxes(layout, panel, { ...hiddenAxis, range: [0, 1] }, { ...hiddenAxis, range: [1, 0] });
    if (text !== '') {
      const cut = text.split('\n').map((line) => plain(shorten(line, width + 8, captionSize)));
      layout.annotations?.push(panelCaption(panel, cut.join('<br>'), captionSize, color));
    }
    // Nothing to see: a place to point at.
    return {
      ...{ type: 'scatter', mode: 'markers', x: [0.5], y: [0.5], xaxis: panel.x, yaxis: panel.y, showlegend: false },
      ...{ marker: { size: Math.min(width, height) * 0.9, opacity: 0 }, text: [plain(text).replace(/\n/g, '<br>')] },
      ...(text === '' ? { hoverinfo: 'skip' } : { hovertemplate: '%{text}<extra></extra>' }),
    };
  });
  return { data, layout };
}
