import type { Figure } from '../figure.js';
import { faint, palette, template } from '../theme.js';
import { colourOf } from './colours.js';
import { short } from './text.js';

/** A sweep of learning rates, as `lrFind` gives it: smoothed losses, the losses as they were, and what each rule suggests. */
export type LearningRateSearch = {
  lrs: readonly number[];
  losses: readonly number[];
  raw?: readonly number[];
  suggestions?: Readonly<Record<string, number | null>>;
};

/** The loss over the learning rate, with a mark for each rule's suggestion; a loss that explodes at the end leaves the picture at its top. */
export function learningRateSearchFigure(
  { lrs, losses, raw, suggestions = {} }: LearningRateSearch,
  { title = 'Loss over the learning rate' } = {},
): Figure {
  const marks = Object.entries(suggestions).flatMap(([name, lr]) =>
    lr === null ? [] : [{ name, lr, loss: lossAt(lr, lrs, losses) }],
  );
  const data: Figure['data'] = [];
  if (raw !== undefined)
    data.push({
      ...{ type: 'scatter', mode: 'markers', name: 'loss of a step', x: [...lrs], y: [...raw] },
      marker: { size: 4, color: faint, opacity: 0.5 },
    });
  data.push({
    ...{ type: 'scatter', mode: 'lines', name: 'smoothed loss', x: [...lrs], y: [...losses] },
    line: { width: 2, color: palette.blue },
  });
  marks.forEach(({ name, lr, loss }, i) => {
    data.push({
      ...{ type: 'scatter', mode: 'markers', name: `${name} ${short(lr)}`, x: [lr], y: [loss] },
      marker: {
        size: 11,
        color: colourOf(i + 1),
        symbol: (['diamond', 'square', 'triangle-up', 'star'] as const)[i % 4]!,
      },
    });
  });
  const least = Math.min(...losses);
  const spread = Math.max((losses[0] ?? least) - least, 0.15 * Math.abs(least), Number.EPSILON);
  const top = Math.min(Math.max(...losses, ...(raw ?? [])), least + 1.7 * spread);
  const bottom = Math.max(Math.min(...losses, ...(raw ?? [])), least - 0.5 * spread);
  const margin = 0.06 * (top - bottom || 1);
  return {
    data,
    layout: {
      ...{
        template,
        title: { text: title },
        width: 820,
        height: 480,
        margin: { l: 64, r: 24, t: 84, b: 60 },
        showlegend: true,
      },
      xaxis: { type: 'log', title: { text: 'learning rate' }, exponentformat: 'power', dtick: 1 },
      yaxis: { title: { text: 'loss' }, range: [bottom - margin, top + margin] },
    },
  };
}

/** On the curve, straight between its points over the logarithm of the learning rate. */
function lossAt(lr: number, lrs: readonly number[], losses: readonly number[]): number {
  const after = lrs.findIndex((other) => other >= lr);
  if (after <= 0) return losses[after === 0 ? 0 : losses.length - 1] ?? 0;
  const [left, right] = [lrs[after - 1]!, lrs[after]!];
  const part = Math.log(lr / left) / Math.log(right / left);
  return losses[after - 1]! + part * (losses[after]! - losses[after - 1]!);
}
