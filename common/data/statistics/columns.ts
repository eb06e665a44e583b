import { didYouMean, UserError } from '../../utils/index.js';
import type { Dataset } from '../dataset.js';
import type { Feature } from '../features.js';

/** The image column: the one that is named, or the only one. @throws UserError where there is none or it is not clear which. */
export function imageColumn(dataset: Dataset, column?: string): string {
  return columnOf(dataset, 'image', column);
}

/** The column of class labels, likewise. */
export function labelColumn(dataset: Dataset, column?: string): string {
  return columnOf(dataset, 'classLabel', column);
}

/** All columns of a type, in order. */
export function columnsOf(dataset: Dataset, type: Feature['type']): string[] {
  return Object.keys(dataset.features).filter((name) => dataset.features[name]?.type === type);
}

/** @throws UserError with the nearest name there is. */
export function checkColumn(dataset: Dataset, column: string): Feature {
  const feature = Object.hasOwn(dataset.features, column) ? dataset.features[column] : undefined;
  if (feature !== undefined) return feature;
  const names = Object.keys(dataset.features);
  throw new UserError(
    `${dataset.name} has no column "${column}".${didYouMean(column, names)} Columns are: ${names.join(', ')}.`,
  );
}

const kinds = { image: 'images', classLabel: 'class labels' } as const;

function columnOf(dataset: Dataset, type: 'image' | 'classLabel', column: string | undefined): string {
  const names = columnsOf(dataset, type);
  if (column !== undefined) {
    if (checkColumn(dataset, column).type === type) return column;
    throw new UserError(`The column "${column}" of ${dataset.name} does not hold ${kinds[type]}.`);
  }
  const [only, ...others] = names;
  if (only === undefined) {
    const all = Object.entries(dataset.features).map(([name, feature]) => `${name} (${feature.type})`);
    throw new UserError(`${dataset.name} has no column of ${kinds[type]}. Columns are: ${all.join(', ')}.`);
  }
  if (others.length > 0)
    throw new UserError(`${dataset.name} has several columns of ${kinds[type]}; name one: ${names.join(', ')}.`);
  return only;
}
