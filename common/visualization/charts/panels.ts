import type { Figure } from '../figure.js';
import { faint, ink, template } from '../theme.js';

export type Annotation = NonNullable<Figure['layout']['annotations']>[number];
export type Shape = NonNullable<Figure['layout']['shapes']>[number];

/** One of several drawings in a figure: the names of its axes (`x3`, `y3`), and where it lies as shares of the plot's width and height. */
export type Panel = { x: string; y: string; across: [number, number]; up: [number, number] };

export type PanelGridOptions = {
  columns?: number;
  /** of one panel, in pixels */
  width: number;
  height: number;
  /** between panels: room for ticks and titles */
  gapX?: number;
  gapY?: number;
  /** around all of them; default l 64, r 24, t 64, b 56 */
  margin?: { l?: number; r?: number; t?: number; b?: number };
};

/** Panels of one size in rows, first row on top, and the layout's part that holds them. */
export function panelGrid(count: number, options: PanelGridOptions): { panels: Panel[]; layout: Figure['layout'] } {
  const { width, height, gapX = 64, gapY = 72 } = options;
  const columns = Math.max(1, Math.min(count, options.columns ?? Math.ceil(Math.sqrt(count))));
  const rows = Math.max(1, Math.ceil(count / columns));
  const margin = { l: 64, r: 24, t: 64, b: 56, ...options.margin };
  const wide = columns * width + (columns - 1) * gapX;
  const high = rows * height + (rows - 1) * gapY;
  const panels = Array.from({ length: count }, (_, i): Panel => {
    const left = (i % columns) * (width + gapX);
    const top = Math.floor(i / columns) * (height + gapY);
    const suffix = i === 0 ? '' : String(i + 1);
    return {
      ...{ x: `x${suffix}`, y: `y${suffix}` },
      across: [left / wide, (left + width) / wide],
      up: [1 - (top + height) / high, 1 - top / high],
    };
  });
  return {
    panels,
    layout: {
      template,
      width: wide + margin.l + margin.r,
      height: high + margin.t + margin.b,
      margin,
      annotations: [],
    },
  };
}

/** Gives the layout the axes of a panel. */
export function setAxes(layout: Figure['layout'], panel: Panel, x: object, y: object): void {
  Object.assign(layout, {
    [panel.x.replace('x', 'xaxis')]: { domain: panel.across, anchor: panel.y, ...x },
    [panel.y.replace('y', 'yaxis')]: { domain: panel.up, anchor: panel.x, ...y },
  });
}

/** An axis of a drawing in its own units, of which nothing is seen. */
export const hiddenAxis = { visible: false, showgrid: false, zeroline: false, fixedrange: false } as const;

/** A line of text above a panel, at its left. */
export function panelTitle(panel: Panel, text: string, size = 13): Annotation {
  return {
    ...{ text, showarrow: false, font: { size, color: ink } },
    ...{ xref: 'paper', x: panel.across[0], xanchor: 'left', yref: 'paper', y: panel.up[1], yanchor: 'bottom' },
  };
}

/** A caption in the middle below a panel. */
export function panelCaption(panel: Panel, text: string, size = 12, color: string = faint): Annotation {
  return {
    ...{ text, showarrow: false, font: { size, color } },
    ...{ xref: 'paper', x: (panel.across[0] + panel.across[1]) / 2, xanchor: 'center' },
    ...{ yref: 'paper', y: panel.up[0], yanchor: 'top' },
  };
}
