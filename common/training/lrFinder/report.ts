import { join } from 'node:path';
import { writeFileAtomic } from '../../utils/index.js';
import type { SweepResult } from './sweep.js';

/** Writes results.json and lr_plot.png into a folder. @returns their paths. */
export async function writeSweep(folder: string, result: SweepResult): Promise<string[]> {
  const [json, plot] = [join(folder, 'results.json'), join(folder, 'lr_plot.png')];
  await writeFileAtomic(json, `${JSON.stringify({ suggestion: suggested(result), ...result }, undefined, 2)}\n`);
  const { learningRateSearchFigure, savePng } = await import('../../visualization/index.js');
  await savePng(learningRateSearchFigure(result), plot, { width: 900, height: 520 });
  return [json, plot];
}

/** What to take: the valley's, as fastai does by default. Null where the curve says nothing. */
export function suggested({ suggestions }: SweepResult): number | null {
  return suggestions.valley;
}
