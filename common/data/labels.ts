import { UserError } from '../utils/index.js';
import type { Features } from './features.js';
import type { Row, Table } from './table.js';

/** The one column of a kind. @throws UserError where there is none, or several. */
export function onlyColumn(set: { name: string; features: Features }, type: 'image' | 'classLabel'): string {
  const all = Object.keys(set.features);
  const names = all.filter((name) => set.features[name]?.type === type);
  if (names.length === 1) return names[0]!;
  const kind = type === 'image' ? 'images' : 'class labels';
  const which = names.length === 0 ? 'none' : `several: ${names.join(', ')}. Name one of them`;
  throw new UserError(`${set.name} has no single column of ${kind} (${which}). The columns are: ${all.join(', ')}.`);
}

/** All labels of a column of class labels, or of integers from 0. @throws UserError naming file and row of one outside the range. */
export async function readLabels(
  table: Table,
  batches: AsyncIterable<{ rows: Row[]; from: number }>,
  column: string,
  dataset: string,
): Promise<Int32Array> {
  const feature = table.features[column];
  if (feature?.type !== 'classLabel' && !(feature?.type === 'value' && /^u?int/.test(feature.dtype)))
    throw new UserError(`Column "${column}" of ${dataset} holds no class labels.`);
  const count = feature.type === 'classLabel' ? feature.names.length : undefined;
  const allowed = count === undefined ? 'labels count from 0' : `the ${count} classes are 0 to ${count - 1}`;
  const labels = new Int32Array(table.length);
  for await (const { rows, from } of batches)
    for (const [i, row] of rows.entries()) {
      const label = row[column];
      if (typeof label !== 'number' || label < 0 || label >= (count ?? 2 ** 31))
        throw new UserError(`${table.where(from + i)}: the label is ${label ?? 'missing'}; ${allowed}.`);
      labels[from + i] = label;
    }
  return labels;
}
