import type { Dataset } from './dataset.js';
import type { Features } from './features.js';
import type { Row } from './table.js';
import { TableDataset } from './tableDataset.js';
import { MemoryTable } from './tables/memory.js';

/** A data set of rows that are in memory: results of a script, a test. Features that are not given are told from all rows. */
export function datasetFromRows<T extends Row>(
  rows: readonly T[],
  options: { features?: Features; name?: string; splitName?: string } = {},
): Dataset<T> {
  const { features, name = 'rows in memory', splitName = 'train' } = options;
  return new TableDataset<T>(new MemoryTable(rows, name, features), {
    name,
    config: undefined,
    splitName,
    folder: undefined,
  });
}
