import type { Figure } from '../figure.js';
import { ink, palette, template } from '../theme.js';
import { plain, shorten, widest } from './text.js';

/** Norms of one layer or parameter; what is left out is not drawn. */
export type LayerNorm = { name: string; weight?: number; gradient?: number; update?: number };

export type LayerNormsOptions = { title?: string };

/** How large the weights, gradients and updates of each layer are, from the input (top) to the output: where they vanish or explode. Logarithmic; zeros have no dot. */
export function layerNormsFigure(
  layers: readonly LayerNorm[],
  { title = 'Norms by layer' }: LayerNormsOptions = {},
): Figure {
  const kinds = [
    { key: 'weight', name: 'weights', color: palette.blue, symbol: 'circle' },
    { key: 'gradient', name: 'gradients', color: palette.vermillion, symbol: 'diamond' },
    { key: 'update', name: 'updates', color: palette.green, symbol: 'square' },
  ] as const;
  const names = layers.map(({ name }) => shorten(name, 220, 12));
  const y = layers.map((_, i) => i);
  const data = kinds
    .filter(({ key }) => layers.some((layer) => layer[key] !== undefined))
    .map(({ key, name, color, symbol }): Figure['data'][number] => ({
      ...{
        type: 'scatter',
        mode: 'lines+markers',
        name,
        y,
        marker: { size: 8, color, symbol },
        line: { width: 1, color },
      },
      x: layers.map((layer) => ((layer[key] ?? 0) > 0 ? layer[key]! : null)),
      customdata: layers.map((layer) => plain(layer.name)),
      hovertemplate: `%{customdata}: ${name} %{x:.3g}<extra></extra>`,
    }));
  return {
    data,
    layout: {
      ...{
        template,
        title: { text: plain(title) },
        width: 760,
        height: Math.max(240, 150 + 20 * layers.length),
        showlegend: true,
      },
      margin: { l: 28 + widest(names, 12), r: 28, t: 84, b: 56 },
      xaxis: { title: { text: 'norm' }, type: 'log', exponentformat: 'power', dtick: 1 },
      yaxis: {
        ...{
          tickmode: 'array',
          tickvals: y,
          ticktext: names.map(plain),
          range: [layers.length - 0.4, -0.6],
          ticks: '',
          ticklabelstandoff: 6,
        },
        tickfont: { size: 12, color: ink },
      },
    },
  };
}
