import type { DataFrame } from 'danfojs-node';
import type { Dataset } from '../dataset.js';
import type { Feature } from '../features.js';
import { isImage } from '../image.js';
import { checkColumn } from '../statistics/columns.js';
import { makeDataFrame } from './dataFrame.js';
import type { DataFrameOptions } from './dataFrameOptions.js';

/**
 * The rows as a danfo.js DataFrame. An image becomes two columns: `<column>`, its path, where the data set keeps paths, and
 * `<column>_bytes`, the size of its file. Images are not decoded and not kept.
 *
 * @throws UserError for a column that does not exist.
 */
export async function toDataFrame(dataset: Dataset, options: DataFrameOptions = {}): Promise<DataFrame> {
  const { columns = Object.keys(dataset.features), limit = dataset.length, labels = 'names' } = options;
  const end = Math.min(limit, dataset.length);
  const frame = new Map<string, readonly unknown[]>();
  for (const name of columns) {
    const feature = checkColumn(dataset, name);
    if (feature.type === 'image') {
      const { paths, bytes } = await imageFiles(dataset, name, end);
      if (paths.some((path) => path !== null)) frame.set(name, paths);
      frame.set(`${name}_bytes`, bytes);
    } else if (feature.type !== 'unsupported') {
      const values = await dataset.column(name, 0, end);
      frame.set(name, labels === 'names' ? values.map((value) => withNames(value, feature)) : values);
    }
  }
  return makeDataFrame(frame);
}

async function imageFiles(dataset: Dataset, column: string, end: number) {
  const paths: (string | null)[] = [];
  const bytes: (number | null)[] = [];
  for await (const row of dataset.selectColumns(column).rows(0, end)) {
    const image = row[column];
    paths.push(isImage(image) ? image.path : null);
    bytes.push(isImage(image) ? image.bytes.length : null);
  }
  return { paths, bytes };
}

/** Class labels by their names, also within lists and records. */
function withNames(value: unknown, feature: Feature): unknown {
  if (feature.type === 'classLabel') return typeof value === 'number' ? (feature.names[value] ?? null) : value;
  if (feature.type === 'sequence' && Array.isArray(value)) return value.map((one) => withNames(one, feature.feature));
  return value;
}
