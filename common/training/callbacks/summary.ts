import { newTable, shortPath } from '../../utils/index.js';
import type { Callback } from '../callbacks.js';

/** The table at the end: test metrics beside what to expect, where the run is, and what to try next. */
export function summary(): Callback {
  return {
    name: 'summary',
    end(run, { test, expected = {} }) {
      const hopes = Object.keys(expected).length > 0;
      const table = newTable({
        head: ['test', 'obtained', ...(hopes ? ['expected'] : [])],
        colAligns: ['left', 'right', 'right'],
        style: { head: [], border: [] },
      });
      for (const [metric, value] of Object.entries(test)) {
        const hoped = expected[metric];
        const expectation = hoped === undefined ? '' : `${isShare(metric) ? '≥' : '≤'} ${show(metric, hoped)}`;
        table.push([metric, show(metric, value), ...(hopes ? [expectation] : [])]);
      }
      run.log(table.toString());
      const best = run.best === null ? '' : ` (best ${run.best.metric} in epoch ${run.best.epoch})`;
      const folder = shortPath(run.folder);
      run.log(`Run folder: ${folder}${best}`);
      const use = [`predict ${folder} image.png`, `export ${folder} --to model.onnx`];
      const next = [
        ...(run.setup.task.preprocessing === undefined ? [`evaluate ${folder}`] : use),
        `train ${run.setup.paper} --help`,
      ];
      run.log(`Next:\n${next.map((command) => `  npx atelier ${command}`).join('\n')}`);
    },
  };
}

/** Accuracies in percent. */
function show(metric: string, value: number): string {
  return isShare(metric) ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4);
}

const isShare = (metric: string): boolean => /accuracy|top\d/.test(metric);
