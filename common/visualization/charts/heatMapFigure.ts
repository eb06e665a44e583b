import { UserError } from '../../utils/index.js';
import type { Figure } from '../figure.js';
import { diverging, faint, grid, sequential, template } from '../theme.js';
import { plain, short, shorten, widest } from './text.js';

/** A matrix: rows, or numbers row by row with their shape (as a tensor's `dataSync()` and `shape`). */
export type Matrix = readonly ArrayLike<number>[] | { data: ArrayLike<number>; shape: readonly number[] };

export type HeatMapOptions = {
  title?: string;
  xTitle?: string;
  yTitle?: string;
  /** names of the rows and columns; default their numbers */
  rows?: readonly string[];
  columns?: readonly string[];
  /** `sequential` from paper to blue; `diverging` around 0, blue below and vermillion above; default what the signs of the values ask for */
  scale?: 'sequential' | 'diverging';
  /** the values that the ends of the scale stand for; default the least (0 where none is below) and the largest */
  range?: readonly [number, number];
  /** what the colours mean, beside the colour bar */
  valueTitle?: string;
  /** write the numbers into the cells; default for matrices of at most 12 × 12 */
  text?: boolean;
};

/** Any matrix as a heat map, first row on top. What is not finite stays empty. */
export function heatMapFigure(matrix: Matrix, options: HeatMapOptions = {}): Figure {
  const { title = '', xTitle = '', yTitle = '', valueTitle = '' } = options;
  const z = rowsOf(matrix);
  const [n, m] = [z.length, z[0]?.length ?? 0];
  const { rows, columns } = options;
  for (const [names, count, what] of [
    [rows, n, 'rows'],
    [columns, m, 'columns'],
  ] as const)
    if (names !== undefined && names.length !== count)
      throw new UserError(`a heat map of ${count} ${what} has ${count} names for them, not ${names.length}`);
  const finite = z.flat().filter((value) => Number.isFinite(value));
  const [low, high] = finite.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [0, Number.NEGATIVE_INFINITY],
  );
  const kind = options.scale ?? (low < 0 && high > 0 ? 'diverging' : 'sequential');
  const reach = Math.max(Math.abs(low), Math.abs(high));
  const [zmin, zmax] =
    options.range ?? (kind === 'diverging' ? [-reach, reach] : [low, Math.max(high, low + Number.EPSILON)]);
  const withText = options.text ?? (n <= 12 && m <= 12);
  // Cells are squares up to 48 pixels; in a long matrix they are up to three times as long as wide.
  const square = Math.max(3, Math.min(48, 640 / Math.max(n, m, 1)));
  const [cellWidth, cellHeight] = [
    Math.min(48, 640 / Math.max(1, m), 3 * square),
    Math.min(48, 560 / Math.max(1, n), 3 * square),
  ];
  const width = Math.max(160, m * (withText ? Math.max(cellWidth, 44) : cellWidth));
  const height = Math.max(100, n * cellHeight);
  const side = Math.min(width / Math.max(1, m), height / Math.max(1, n));
  const across = names(columns, m, width, 0);
  const down = names(rows, n, height, 120);
  const slanted = widest(across.ticktext, 12) > width / Math.max(1, across.ticktext.length) - 6;
  const left = 40 + widest(down.ticktext, 12) + (yTitle === '' ? 0 : 18);
  const bottom = 24 + (slanted ? widest(across.ticktext, 12) * 0.75 + 12 : 16) + (xTitle === '' ? 0 : 20);
  const axis = {
    type: 'linear',
    tickmode: 'array',
    showgrid: false,
    ticks: '',
    ticklabelstandoff: 5,
    tickfont: { size: 12, color: faint },
  } as const;
  const top = title === '' ? 28 : 56;
  const right = 96 + (valueTitle === '' ? 0 : 20);
  return {
    data: [
      {
        ...{
          type: 'heatmap',
          z: z.map((row) => row.map((value) => (Number.isFinite(value) ? value : null))),
          zmin,
          zmax,
        },
        colorscale: kind === 'diverging' ? diverging : sequential,
        ...{ xgap: side >= 12 ? 1 : 0, ygap: side >= 12 ? 1 : 0 },
        ...(withText
          ? {
              text: z.map((row) => row.map((value) => (Number.isFinite(value) ? short(value) : ''))),
              texttemplate: '%{text}',
            }
          : {}),
        textfont: { size: 11 },
        customdata: z.map((row, i) =>
          row.map((_, j) => `${plain(rows?.[i] ?? String(i))}, ${plain(columns?.[j] ?? String(j))}`),
        ),
        hovertemplate: '%{customdata}: %{z}<extra></extra>',
        colorbar: {
          ...{ thickness: 12, outlinewidth: 0, tickfont: { size: 11, color: faint } },
          title: { text: plain(valueTitle), side: 'right', font: { size: 12, color: faint } },
        },
      },
    ],
    layout: {
      ...{ template, title: { text: title }, plot_bgcolor: grid },
      ...{
        width: Math.max(width + left + right, 320),
        height: height + top + bottom,
        margin: { l: left, r: right, t: top, b: bottom },
      },
      xaxis: { ...axis, ...across, tickangle: slanted ? -45 : 0, title: { text: xTitle }, range: [-0.5, m - 0.5] },
      yaxis: { ...axis, ...down, title: { text: yTitle }, range: [n - 0.5, -0.5] },
    },
  };
}

/** As many names as have room: 16 pixels each. */
function names(
  given: readonly string[] | undefined,
  count: number,
  pixels: number,
  most: number,
): { tickvals: number[]; ticktext: string[] } {
  const every = roundStep((count * (given === undefined ? 36 : 17)) / pixels);
  const tickvals = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  return { tickvals, ticktext: tickvals.map((i) => plain(shorten(given?.[i] ?? String(i), most || 110, 12))) };
}

/** The least of 1, 2, 5, 10, 20 … that is at least so much. */
function roundStep(least: number): number {
  for (let power = 1; ; power *= 10) for (const times of [1, 2, 5]) if (times * power >= least) return times * power;
}

/** The matrix as rows of numbers. @throws UserError where it is none. */
export function rowsOf(matrix: Matrix): number[][] {
  if (!('shape' in matrix)) {
    const rows = matrix.map((row) => Array.from(row));
    const odd = rows.findIndex((row) => row.length !== rows[0]!.length);
    if (odd > 0)
      throw new UserError(`row ${odd} of the matrix has ${rows[odd]!.length} numbers and row 0 ${rows[0]!.length}`);
    return rows;
  }
  const { data, shape } = matrix;
  const [n = 0, m = 0] = shape;
  if (shape.length !== 2 || data.length !== n * m)
    throw new UserError(
      `a heat map takes a matrix [rows, columns], not ${data.length} numbers of shape [${shape.join(', ')}]`,
    );
  return Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => data[i * m + j]!));
}
