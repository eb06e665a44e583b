import type { Annotation, Shape } from '../charts/panels.js';
import { hiddenAxis } from '../charts/panels.js';
import { plain } from '../charts/text.js';
import type { Figure } from '../figure.js';
import { faint, ink, palette, template } from '../theme.js';
import { translucent } from '../withTheme.js';
import { boxLayout, countOf } from './boxLayout.js';
import type { ArchitectureNode } from './describeModule.js';

/** Families of layers by their class' name; the first that fits counts. */
const families: [RegExp, string, string][] = [
  [/norm/i, palette.green, 'normalisation'],
  [/attention/i, palette.purple, 'attention'],
  [/conv|patch/i, palette.blue, 'convolution'],
  [/linear|dense|mlp|feed/i, palette.orange, 'linear'],
  [/embed|position|token/i, palette.sky, 'embedding'],
  [/pool|flatten/i, palette.yellow, 'pooling'],
];

export type ArchitectureOptions = { title?: string };

/**
 * The architecture of a module as boxes in boxes: name and class at the left; how often it repeats, its parameters and the shape of its output at the right.
 * Arrows go in the order of calls; what a forward pass does between its parts (residual sums, reshapes) is not drawn. `describeModule` gives the node.
 */
export function architectureFigure(
  root: ArchitectureNode,
  { title = `${root.kind}: ${countOf(root.parameters)} parameters` }: ArchitectureOptions = {},
): Figure {
  const { boxes, arrows, width, height } = boxLayout(root);
  const colourOf = (kind: string): string => families.find(([pattern]) => pattern.test(kind))?.[1] ?? faint;
  const shapes = boxes.map(({ node, depth, left, top, width: w, height: h }): Partial<Shape> => {
    const inner = node.children.length > 0;
    const colour = inner ? faint : colourOf(node.kind);
    return {
      ...{ type: 'rect', x0: left, x1: left + w, y0: top, y1: top + h, layer: 'below' },
      ...{
        fillcolor: translucent(colour, inner ? 0.06 : 0.22),
        line: { width: inner && depth === 0 ? 1.5 : 1, color: colour },
      },
    };
  });
  const annotations = boxes.flatMap(({ left, top, width: w, title: name, detail, node }): Partial<Annotation>[] => {
    const own = plain(node.name === '' ? node.kind : node.name);
    const kind = node.name === '' ? '' : ` ${plain(node.kind)}`;
    return [
      {
        ...{ text: `<b>${own}</b>${kind}`, x: left + 10, xanchor: 'left' },
        ...middle(top),
        hovertext: plain(name),
        font: { size: 13, color: ink },
      },
      ...(detail === ''
        ? []
        : [
            {
              text: plain(detail),
              x: left + w - 10,
              xanchor: 'right' as const,
              ...middle(top),
              font: { size: 11, color: faint },
            },
          ]),
    ];
  });
  const lines = arrows.map(
    ({ x, from, to }): Partial<Annotation> => ({
      ...{
        text: '',
        showarrow: true,
        x,
        y: to,
        ax: x,
        ay: from,
        axref: 'x',
        ayref: 'y',
        arrowhead: 2,
        arrowsize: 0.9,
        arrowwidth: 1.2,
        arrowcolor: faint,
      },
    }),
  );
  const margin = { l: 20, r: 20, t: title === '' ? 20 : 52, b: 20 };
  const full = Math.max(width, 360 - margin.l - margin.r);
  return {
    data: [
      {
        ...{
          type: 'scatter',
          mode: 'markers',
          x: boxes.map(({ left, width: w }) => left + w / 2),
          y: boxes.map(({ top }) => top + 15),
        },
        ...{ marker: { size: 26, opacity: 0 }, showlegend: false, hovertemplate: '%{text}<extra></extra>' },
        text: boxes.map(({ node }) =>
          plain(
            `${node.name || node.kind} (${node.kind}): ${node.parameters.toLocaleString('en-US')} parameters${node.repeat > 1 ? ` each, ${node.repeat} times` : ''}`,
          ),
        ),
      },
    ],
    layout: {
      ...{
        template,
        title: { text: plain(title) },
        width: full + margin.l + margin.r,
        height: height + margin.t + margin.b,
        margin,
      },
      ...{ shapes, annotations: [...annotations, ...lines], hovermode: 'closest' },
      xaxis: { ...hiddenAxis, range: [0, full] },
      yaxis: { ...hiddenAxis, range: [height, 0] },
    },
  };
}

const middle = (top: number) => ({ y: top + 15, yanchor: 'middle', showarrow: false }) as const;
