import type { Figure } from './figure.js';
import { textWidth } from './textSize.js';
import { faint, grid, sequential, template } from './theme.js';

export type ConfusionMatrixOptions = { title?: string };

/**
 * A confusion matrix: a row for each true class, a column for each predicted one. Colour is the share of the row, so that rare classes read like
 * frequent ones; the text is the count, left out where it is 0 and where there are more classes than fit (30).
 * `matrix[i][j]`: how many of class i were predicted as j; `labels`: the classes' names.
 */
export function confusionMatrixFigure(
  matrix: readonly (readonly number[])[],
  labels: readonly string[],
  { title = 'Confusion matrix' }: ConfusionMatrixOptions = {},
): Figure {
  const n = labels.length;
  if (matrix.length !== n || matrix.some((row) => row.length !== n))
    throw new Error(`a confusion matrix of ${n} labels has ${n} rows of ${n} counts`);
  const shares = matrix.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum > 0 ? count / sum : 0));
  });
  const withText = n <= 30;
  const size = n <= 12 ? 13 : n <= 20 ? 10 : 8;
  const tickSize = Math.max(9, size);
  const names = everyLabel(labels);
  const longest = Math.max(0, ...names.ticktext.map((name) => textWidth(name, tickSize)));
  const slanted = longest > 520 / Math.max(1, names.ticktext.length);
  // By number, not by name: two classes may have the same name, and names that are numbers would become a number axis.
  const range: [number, number] = [-0.5, n - 0.5];
  const axis = {
    type: 'linear' as const,
    tickmode: 'array' as const,
    ...names,
    range,
    showgrid: false,
    ticks: '' as const,
    ticklabelstandoff: 4,
    showline: true,
    mirror: true,
    linecolor: grid,
    constrain: 'domain' as const,
    tickfont: { size: tickSize, color: faint },
  };
  return {
    data: [
      {
        type: 'heatmap',
        z: shares,
        zmin: 0,
        zmax: 1,
        colorscale: sequential,
        xgap: n <= 30 ? 1 : 0,
        ygap: n <= 30 ? 1 : 0,
        text: withText ? matrix.map((row) => row.map((count) => (count === 0 ? '' : String(count)))) : [],
        texttemplate: withText ? '%{text}' : '',
        textfont: { size },
        customdata: matrix.map((row) => [...row]),
        hovertemplate: 'true %{y}, predicted %{x}: %{customdata} (%{z:.1%})<extra></extra>',
        colorbar: {
          title: { text: 'share of the true class', side: 'right', font: { size: 12, color: faint } },
          tickformat: '.0%',
          thickness: 12,
          outlinewidth: 0,
          tickfont: { size: 11, color: faint },
        },
      },
    ],
    layout: {
      template,
      // Seen in the gaps between the cells.
      plot_bgcolor: grid,
      title: { text: title },
      width: 720,
      height: 640,
      margin: { l: 52 + longest, r: 24, t: 56, b: 52 + (slanted ? longest * 0.75 + 8 : 12) },
      xaxis: { ...axis, tickangle: slanted ? -45 : 0, title: { text: 'predicted' } },
      yaxis: { ...axis, range: [n - 0.5, -0.5], title: { text: 'true' }, scaleanchor: 'x' },
    },
  };
}

/** At most about 30 labels on an axis, evenly spaced, each at most 16 letters long. */
function everyLabel(labels: readonly string[]): { tickvals: number[]; ticktext: string[] } {
  const every = Math.ceil(labels.length / 30);
  const tickvals = labels.map((_, i) => i).filter((i) => i % every === 0);
  const ticktext = tickvals.map((i) => {
    const label = labels[i]!;
    return label.length > 16 ? `${label.slice(0, 15)}…` : label;
  });
  return { tickvals, ticktext };
}
