import type { Figure } from '../figure.js';
import type { GridImage } from '../imageGrid.js';
import { cividis, faint } from '../theme.js';
import { translucent } from '../withTheme.js';
import { type Matrix, rowsOf } from './heatMapFigure.js';
import { extent } from './histogramFigure.js';
import { hiddenAxis, panelCaption, panelGrid, panelTitle, setAxes } from './panels.js';
import { pictureUrl } from './pictures.js';
import { plain, shorten } from './text.js';

/** A picture and its map, of any resolution: 14 × 14 patches, 7 × 7 features, or a number a pixel; rows, or a tensor's numbers and shape. */
export type OverlayItem = { image: GridImage; map: Matrix; caption?: string };

export type OverlayOptions = {
  title?: string;
  /** what the numbers are, at the colour bar */
  valueTitle?: string;
  /** show the picture alone beside the overlay; default true */
  original?: boolean;
  /** draw the map smoothly instead of in squares; default where it is coarser than the picture */
  smooth?: boolean;
  /** one scale for all maps; default false: each from its least to its largest */
  oneScale?: boolean;
  /** the longer side of a picture in pixels, default 200 */
  side?: number;
  /** pictures a row, each with its overlay; default as many as fit into 900 pixels */
  columns?: number;
};

/**
 * Where a model looks: an attention roll-out, a saliency map or Grad-CAM over its picture. Little is hardly seen, much is bright yellow; hovering tells the number.
 * The map lies over the whole picture, whatever its resolution.
 */
export async function overlayFigure(
  items: OverlayItem | readonly OverlayItem[],
  options: OverlayOptions = {},
): Promise<Figure> {
  const all = 'image' in items ? [items] : items;
  const { title = '', valueTitle = '', original = true, oneScale = false, side = 200 } = options;
  const first = all[0]?.image ?? { width: 1, height: 1 };
  const scale = side / Math.max(first.width, first.height);
  const [width, height] = [first.width * scale, first.height * scale];
  const per = original ? 2 : 1;
  const columns = per * Math.max(1, Math.min(all.length, options.columns ?? Math.floor(900 / (per * (width + 10)))));
  const captions = all.some(({ caption }) => caption !== undefined);
  const { panels, layout } = panelGrid(all.length * per, {
    ...{ columns, width, height, gapX: 10, gapY: captions ? 34 : 10 },
    margin: { l: 16, r: 100, t: title === '' ? 16 : 52, b: captions ? 32 : 16 },
  });
  layout.title = { text: plain(title) };
  const maps = all.map(({ map }) => rowsOf(map));
  const scales = maps.map((map) => extent(map.flat()));
  const common: [number, number] = [
    Math.min(...scales.map(([low]) => low)),
    Math.max(...scales.map(([, high]) => high)),
  ];
  const sources = await Promise.all(all.map(({ image }) => pictureUrl(image, 2 * width, 2 * height)));
  layout.images = [];
  const data = all.flatMap(({ image, caption }, i): Figure['data'] => {
    const z = maps[i]!;
    const [rows, wide] = [Math.max(1, z.length), Math.max(1, z[0]?.length ?? 1)];
    for (let k = 0; k < per; k++) {
      const panel = panels[i * per + k]!;
      setAxes(layout, panel, { ...hiddenAxis, range: [0, image.width] }, { ...hiddenAxis, range: [image.height, 0] });
      layout.images?.push({
        ...{
          source: sources[i]!,
          xref: panel.x as 'x',
          yref: panel.y as 'y',
          x: 0,
          y: 0,
          sizex: image.width,
          sizey: image.height,
        },
        ...{ sizing: 'stretch', layer: 'below' },
      });
    }
    const panel = panels[i * per + per - 1]!;
    if (caption !== undefined) {
      const cut = plain(shorten(caption, per * width, 12));
      layout.annotations?.push(
        original
          ? { ...panelTitle(panels[i * per]!, cut, 12), yanchor: 'top', y: panel.up[0] }
          : panelCaption(panel, cut),
      );
    }
    const [low, high] = oneScale ? common : scales[i]!;
    const smooth = options.smooth ?? (wide * 2 <= image.width && wide > 1 && rows > 1);
    return [
      {
        ...{
          type: 'heatmap',
          xaxis: panel.x,
          yaxis: panel.y,
          zmin: low,
          zmax: high,
          colorscale: glow,
          showscale: i === 0,
        },
        z,
        // The middle of the first cell, and the size of one, in pixels of the picture.
        ...{
          x0: image.width / wide / 2,
          dx: image.width / wide,
          y0: image.height / rows / 2,
          dy: image.height / rows,
        },
        ...{ zsmooth: smooth ? 'best' : false, hovertemplate: '%{z:.3g}<extra></extra>' },
        colorbar: {
          ...{ thickness: 12, outlinewidth: 0, tickfont: { size: 11, color: faint } },
          title: { text: plain(valueTitle), side: 'right', font: { size: 12, color: faint } },
          ...(all.length > 1 && !oneScale
            ? { tickmode: 'array', tickvals: [low, high], ticktext: ['least', 'most'] }
            : {}),
        },
      },
    ];
  });
  return { data, layout };
}

/** Cividis, from hardly to well visible over a picture. */
const glow = cividis.map(([at, colour]): [number, string] => [at, translucent(colour, 0.12 + 0.63 * at)]);
