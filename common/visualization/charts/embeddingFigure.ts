import { UserError } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import type { GridImage } from '../imageGrid.js';
import { grid, ink, template } from '../theme.js';
import { colourOf, symbolOf } from './colours.js';
import { spriteUrl } from './pictures.js';
import { plain, shorten, widest } from './text.js';

export type EmbeddingOptions = {
  title?: string;
  /** the class of each point, by index into `classes` */
  labels?: ArrayLike<number>;
  classes?: readonly string[];
  /** what is shown of each point on hovering, besides its class */
  texts?: readonly string[];
  /** write each class' name at the median of its points instead of a legend; default for at most 12 classes */
  direct?: boolean;
  /** a picture of each point, all of one size: shown on hovering in HTML pages and in JupyterLab; they travel as one image inside the figure */
  thumbnails?: readonly GridImage[];
};

/**
 * Points in the plane (`points`: [N, 2], row by row, or a pair each, as tsne, umap and pca give them), coloured by class. The axes of an embedding mean
 * nothing and have no numbers; both have one scale, so distances are what they are.
 */
export async function embeddingFigure(
  points: ArrayLike<number> | readonly ArrayLike<number>[],
  options: EmbeddingOptions = {},
): Promise<Figure> {
  const flat = Array.from<number | ArrayLike<number>>(points).flatMap((point) =>
    typeof point === 'number' ? [point] : [point[0]!, point[1]!],
  );
  const count = flat.length / 2;
  const { labels, classes = [], texts, thumbnails, title = '' } = options;
  for (const [name, given] of [
    ['labels', labels],
    ['texts', texts],
    ['thumbnails', thumbnails],
  ] as const)
    if (given !== undefined && given.length !== count)
      throw new UserError(`${count} points of an embedding have ${count} ${name}, not ${given.length}`);
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const label = labels?.[i] ?? 0;
    const own = byClass.get(label);
    if (own === undefined) byClass.set(label, [i]);
    else own.push(i);
  }
  const groups = [...byClass].sort(([a], [b]) => a - b);
  const nameOf = (label: number): string => classes[label] ?? String(label);
  const direct = options.direct ?? (groups.length > 1 && groups.length <= 12);
  const size = count > 5000 ? 3 : count > 1000 ? 4 : 6;
  const data = groups.map(([label, own]): Figure['data'][number] => ({
    ...{ type: 'scatter', mode: 'markers', name: plain(shorten(nameOf(label), 150, 12)) },
    ...{ x: own.map((i) => flat[2 * i]!), y: own.map((i) => flat[2 * i + 1]!), customdata: own },
    marker: {
      size,
      color: colourOf(label),
      symbol: symbolOf(label),
      opacity: count > 1000 ? 0.7 : 0.85,
      line: { width: 0 },
    },
    text: own.map((i) =>
      plain([labels === undefined ? '' : nameOf(label), texts?.[i] ?? `point ${i}`].filter(Boolean).join(': ')),
    ),
    hovertemplate: '%{text}<extra></extra>',
  }));
  const annotations = direct
    ? groups.map(([label, own]) => ({
        ...{
          text: `<b>${plain(shorten(nameOf(label), 150, 13))}</b>`,
          showarrow: false,
          font: { size: 13, color: ink },
        },
        ...{ x: median(own.map((i) => flat[2 * i]!)), y: median(own.map((i) => flat[2 * i + 1]!)) },
        ...{ bgcolor: 'rgba(255, 255, 255, 0.8)', borderpad: 2 },
      }))
    : [];
  const legend = groups.length > 1 && !direct;
  const room = legend
    ? widest(
        groups.map(([label]) => shorten(nameOf(label), 150, 12)),
        12,
      ) + 56
    : 24;
  const axis = {
    showticklabels: false,
    ticks: '',
    showgrid: false,
    showline: true,
    mirror: true,
    zeroline: false,
    title: { text: '' },
    linecolor: grid,
  } as const;
  return {
    data,
    layout: {
      ...{ template, title: { text: plain(title) }, width: 620 + room, height: 620, showlegend: legend, annotations },
      margin: { l: 24, r: room, t: title === '' ? 24 : 56, b: 24 },
      ...{ xaxis: { ...axis, constrain: 'domain' }, yaxis: { ...axis, scaleanchor: 'x' }, hovermode: 'closest' },
      legend: { orientation: 'v', x: 1.01, xanchor: 'left', y: 1, yanchor: 'top', itemsizing: 'constant' },
      ...(thumbnails === undefined ? {} : { meta: { thumbnails: await sprite(thumbnails) } }),
    },
  };
}

/** For the page's script (page/runtime.ts): one image of all thumbnails, and how large each is shown. */
async function sprite(thumbnails: readonly GridImage[]): Promise<object> {
  const { width = 1, height = 1 } = thumbnails[0] ?? {};
  const columns = Math.ceil(Math.sqrt(thumbnails.length));
  const zoom = Math.max(1, Math.round(96 / Math.max(width, height)));
  return { sprite: await spriteUrl(thumbnails, columns), width, height, columns, zoom };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
