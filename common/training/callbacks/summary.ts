import Table from 'cli-table3';
import type { Callback } from '../callbacks.js';

/** The table at the end: test metrics beside what to expect, where the run is, and what to try next. */
export function summary(): Callback {
  return {
    name: 'summary',
    end(run, { test, expected = {} }) {
      const table = new Table({
        head: ['test', 'obtained', 'expected'],
        colAligns: ['left', 'right', 'right'],
        style: { head: [], border: [] },
      });
      for (const [metric, value] of Object.entries(test)) {
        const hoped = expected[metric];
        table.push([metric, show(metric, value), hoped === undefined ? '' : show(metric, hoped)]);
      }
      run.log(table.toString());
      const best = run.best === null ? '' : ` (best ${run.best.metric} in epoch ${run.best.epoch})`;
      run.log(`Run folder: ${run.folder}${best}`);
      run.log(
        `Next:  npx atelier predict ${run.folder} image.png\n       npx atelier export ${run.folder} --to model.onnx`,
      );
    },
  };
}

/** Accuracies in percent. */
function show(metric: string, value: number): string {
  return /accuracy|top\d/.test(metric) ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4);
}
