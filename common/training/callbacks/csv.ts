import type { Callback } from '../callbacks.js';
import { writeMetricsCsv } from '../metricsCsv.js';

/** metrics.csv: a row an epoch. After a resume it is cut back to the checkpoint's rows. */
export function csv(): Callback {
  let began = performance.now();
  return {
    name: 'csv',
    optional: true,
    async start(run) {
      began = performance.now();
      if (run.history.length > 0) await writeMetricsCsv(run.folder, run.history);
    },
    async epochEnd(run) {
      await writeMetricsCsv(run.folder, run.history, (performance.now() - began) / 1000);
      began = performance.now();
    },
  };
}
