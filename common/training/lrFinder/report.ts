import { join } from 'node:path';
import { writeFileAtomic } from '../../utils/index.js';
import type { Figure } from '../../visualization/index.js';
import { type RuleName, rules } from './suggest.js';
import type { SweepResult } from './sweep.js';

/** Writes results.json and lr_plot.png into a folder. @returns their paths. */
export async function writeSweep(folder: string, result: SweepResult): Promise<string[]> {
  const [json, plot] = [join(folder, 'results.json'), join(folder, 'lr_plot.png')];
  await writeFileAtomic(json, `${JSON.stringify({ suggestion: suggested(result), ...result }, undefined, 2)}\n`);
  const { savePng } = await import('../../visualization/index.js');
  await savePng(await sweepFigure(result), plot);
  return [json, plot];
}

/** What to take: the valley's, as fastai does by default. Null where the curve says nothing. */
export function suggested({ suggestions }: SweepResult): number | null {
  return suggestions.valley;
}

/** The curve with a mark for each rule's suggestion. */
export async function sweepFigure(result: SweepResult): Promise<Figure> {
  const { lineFigure, palette } = await import('../../visualization/index.js');
  const { lrs, losses, raw, suggestions } = result;
  const figure = lineFigure([{ name: 'smoothed loss', x: lrs, y: losses }], {
    title: 'Loss over the learning rate',
    xTitle: 'learning rate',
    yTitle: 'loss',
    logX: true,
  });
  for (const line of figure.data) Object.assign(line, { mode: 'lines', line: { width: 2, color: palette.blue } });
  const colours = [palette.vermillion, palette.green, palette.orange, palette.purple];
  const names = Object.keys(rules).filter((name): name is RuleName => name in rules);
  figure.data.unshift({
    ...{ type: 'scatter', mode: 'markers', name: 'loss of a step', x: lrs, y: raw },
    marker: { size: 4, color: '#bbbbbb' },
  });
  names.forEach((name, i) => {
    const lr = suggestions[name];
    if (lr === null) return;
    figure.data.push({
      ...{
        type: 'scatter',
        mode: 'markers',
        name: `${name} ${lr.toPrecision(3)}`,
        x: [lr],
        y: [lossAt(lr, lrs, losses)],
      },
      marker: { size: 12, color: colours[i] },
    });
  });
  // One step that explodes must not press the rest of the curve flat.
  const least = Math.min(...losses);
  const spread = Math.max((losses[0] ?? least) - least, 0.15 * Math.abs(least));
  const top = Math.min(Math.max(...raw), least + 1.7 * spread);
  const bottom = Math.max(Math.min(...raw), least - 0.5 * spread);
  const margin = 0.06 * (top - bottom || 1);
  figure.layout = {
    ...figure.layout,
    ...{ showlegend: true, width: 900, height: 520 },
    xaxis: { ...figure.layout.xaxis, exponentformat: 'power', dtick: 1 },
    yaxis: { ...figure.layout.yaxis, range: [bottom - margin, top + margin] },
  };
  return figure;
}

/** On the curve, in a logarithmic learning rate. */
function lossAt(lr: number, lrs: readonly number[], losses: readonly number[]): number {
  const after = lrs.findIndex((other) => other >= lr);
  if (after <= 0) return losses[after === 0 ? 0 : losses.length - 1] ?? 0;
  const [left, right] = [lrs[after - 1]!, lrs[after]!];
  const part = (Math.log(lr) - Math.log(left)) / (Math.log(right) - Math.log(left));
  return losses[after - 1]! + part * (losses[after]! - losses[after - 1]!);
}
