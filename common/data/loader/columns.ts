import { didYouMean, UserError } from '../../utils/index.js';
import type { Features } from '../features.js';

/** Which columns a loader reads. */
export interface ChosenColumns {
  image: string;
  /** undefined: there are no labels. */
  label: string | undefined;
  columns: readonly string[];
}

interface Choice {
  image?: string | undefined;
  label?: string | null | undefined;
  columns?: readonly string[] | undefined;
}

/**
 * Finds the columns of images and labels by their features.
 *
 * @throws UserError with the columns there are, where one is missing, of another kind, or the choice is not clear.
 */
export function chooseColumns(features: Features, choice: Choice, dataset: string): ChosenColumns {
  const names = Object.keys(features);
  const ofType = (type: string) => names.filter((name) => features[name]?.type === type);
  const all = `The columns are: ${names.join(', ')}.`;
  const existing = (name: string) => {
    if (features[name] !== undefined) return name;
    throw new UserError(`${dataset} has no column "${name}".${didYouMean(name, names)} ${all}`);
  };
  const image = choice.image === undefined ? only(ofType('image'), 'image') : existing(choice.image);
  if (features[image]?.type !== 'image')
    throw new UserError(`${dataset}: the column "${image}" holds no images but ${features[image]?.type}. ${all}`);
  return { image, label: labelColumn(), columns: (choice.columns ?? []).map(existing) };

  function only(candidates: readonly string[], option: 'image' | 'label'): string {
    const named = candidates.find((name) => name === option) ?? candidates[0];
    if (named === undefined) throw new UserError(`${dataset} has no ${option} column. ${all}`);
    if (candidates.length > 1 && named !== option)
      throw new UserError(
        `${dataset} has several ${option} columns (${candidates.join(', ')}): name one by the option "${option}".`,
      );
    return named;
  }

  function labelColumn(): string | undefined {
    if (choice.label === null) return undefined;
    if (choice.label !== undefined) {
      const label = existing(choice.label);
      if (isWhole(features, label)) return label;
      throw new UserError(`${dataset}: the column "${label}" holds no class labels or whole numbers. ${all}`);
    }
    const classes = ofType('classLabel');
    if (classes.length > 0) return only(classes, 'label');
    if (isWhole(features, 'label')) return 'label';
    throw new UserError(
      `${dataset} has no column of class labels. ${all} Name one by the option "label", or give null for none.`,
    );
  }
}

function isWhole(features: Features, name: string): boolean {
  const feature = features[name];
  return feature?.type === 'classLabel' || (feature?.type === 'value' && /^u?int\d+$|^bool$/.test(feature.dtype));
}

/** A label as a whole number that fits into int32. */
export function labelOf(value: unknown, column: string, where: () => string): number {
  const label = typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : value;
  if (typeof label === 'number' && Number.isInteger(label) && Math.abs(label) < 2 ** 31) return label;
  throw new UserError(`${where()}: "${column}" is ${String(value)}, not a class or a whole number.`);
}

/**
 * The names of a data set's classes, by label.
 *
 * @param column the class label column, where there are several.
 * @throws UserError where there is none.
 */
export function classNames(dataset: { name: string; features: Features }, column?: string): string[] {
  const names = Object.keys(dataset.features);
  const candidates = names.filter((name) => dataset.features[name]?.type === 'classLabel');
  const chosen = column ?? candidates.find((name) => name === 'label') ?? candidates[0];
  const feature = chosen === undefined ? undefined : dataset.features[chosen];
  if (feature?.type === 'classLabel') return [...feature.names];
  const what = column === undefined ? 'has no column of class labels' : `has no class labels in "${column}"`;
  throw new UserError(`${dataset.name} ${what}. The columns are: ${names.join(', ')}.`);
}
