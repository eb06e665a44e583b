import { UserError } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import { faint, sequential } from '../theme.js';
import { panelGrid, panelTitle, setAxes } from './panels.js';
import { plain, shorten, widest } from './text.js';

/** Weights [heads, queries, keys] (as a tensor's numbers and shape), or [batch, heads, queries, keys] as `captureAttention` gives them. */
export type AttentionWeights =
  | { data: ArrayLike<number>; shape: readonly number[] }
  | { weights: ArrayLike<number>; shape: readonly number[] };

export type AttentionOptions = {
  /** which of a batch; default the first */
  image?: number;
  title?: string;
  /** what the queries (rows) and keys (columns) are; where one list is given both are its tokens */
  queries?: readonly string[];
  keys?: readonly string[];
  /** default `head 0`, `head 1` … */
  heads?: readonly string[];
  columns?: number;
};

/** The attention weights of each head, a panel a head, queries downwards; all on one scale from 0 to the largest weight. */
export function attentionFigure(weights: AttentionWeights, options: AttentionOptions = {}): Figure {
  const all = 'weights' in weights ? weights.weights : weights.data;
  const [heads = 0, rows = 0, columns = 0] = weights.shape.slice(-3);
  const batch = weights.shape.length === 4 ? (weights.shape[0] ?? 0) : 1;
  const size = heads * rows * columns;
  const { image = 0 } = options;
  if (weights.shape.length < 3 || weights.shape.length > 4 || all.length !== batch * size)
    throw new UserError(
      `attention maps are [heads, queries, keys] or [batch, heads, queries, keys], not ${all.length} numbers of shape [${weights.shape.join(', ')}]`,
    );
  if (!(image >= 0 && image < batch)) throw new UserError(`there is no image ${image} in a batch of ${batch}`);
  const values = Array.from({ length: size }, (_, i) => all[image * size + i]!);
  const queries = (options.queries ?? []).map((name) => shorten(name, 70, 11));
  const keys = (options.keys ?? options.queries ?? []).map((name) => shorten(name, 70, 11));
  if ((queries.length > 0 && queries.length !== rows) || (keys.length > 0 && keys.length !== columns))
    throw new UserError(
      `attention of ${rows} queries to ${columns} keys has ${queries.length} names of queries and ${keys.length} of keys`,
    );
  const named = queries.length > 0 && rows <= 24 && columns <= 24;
  const cell = Math.max(named ? 15 : 2, Math.min(24, 220 / Math.max(rows, columns)));
  const [left, bottom] = named ? [widest(queries, 11) + 10, widest(keys, 11) + 12] : [0, 0];
  const { panels, layout } = panelGrid(heads, {
    ...{ width: cell * columns, height: cell * rows, gapX: left + 14, gapY: bottom + 32 },
    ...{
      margin: { l: left + 20, r: 84, t: options.title === undefined ? 40 : 84, b: bottom + 16 },
      columns: options.columns ?? Math.min(4, heads),
    },
  });
  layout.title = { text: plain(options.title ?? '') };
  let largest = Number.MIN_VALUE;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  const axis = (names: readonly string[], count: number): object => ({
    ...{
      showgrid: false,
      ticks: '',
      tickfont: { size: 11, color: faint },
      type: 'linear',
      showticklabels: named,
      ticklabelstandoff: 2,
    },
    ...{ tickmode: 'array', tickvals: names.map((_, i) => i), ticktext: names.map(plain), range: [-0.5, count - 0.5] },
  });
  const data = panels.map((panel, head): Figure['data'][number] => {
    setAxes(
      layout,
      panel,
      { ...axis(keys, columns), tickangle: -90 },
      { ...axis(queries, rows), range: [rows - 0.5, -0.5] },
    );
    layout.annotations?.push(panelTitle(panel, plain(options.heads?.[head] ?? `head ${head}`), 12));
    const at = (row: number, column: number): number => values[(head * rows + row) * columns + column]!;
    const label = (list: readonly string[], i: number): string => plain(list[i] ?? String(i));
    return {
      ...{
        type: 'heatmap',
        xaxis: panel.x,
        yaxis: panel.y,
        zmin: 0,
        zmax: largest,
        colorscale: sequential,
        showscale: head === 0,
      },
      z: Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => at(row, column))),
      customdata: Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, column) => `${label(queries, row)} → ${label(keys, column)}`),
      ),
      hovertemplate: '%{customdata}: %{z:.3f}<extra></extra>',
      colorbar: { thickness: 12, outlinewidth: 0, tickfont: { size: 11, color: faint } },
    };
  });
  return { data, layout };
}
