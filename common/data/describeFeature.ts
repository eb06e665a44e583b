import { didYouMean } from '../utils/index.js';
import type { Feature, FeatureSpec, Features } from './features.js';

/** A feature in words, for messages: `an image`, `class labels (10: airplane, automobile, …)`, `int64`. */
export function describeFeature(feature: Feature): string {
  switch (feature.type) {
    case 'image':
      return 'an image';
    case 'classLabel':
      return `a class label (${describeNames(feature.names)})`;
    case 'value':
      return feature.dtype;
    case 'sequence':
      return `a list${feature.length === undefined ? '' : ` of ${feature.length}`} of ${describeFeature(feature.feature)}`;
    case 'struct':
      return `a record of ${Object.entries(feature.fields)
        .map(([name, field]) => `${name}: ${describeFeature(field)}`)
        .join(', ')}`;
    case 'unsupported':
      return feature.name;
  }
}

/** What a caller asked for, in words. */
export function describeSpec(spec: FeatureSpec): string {
  switch (spec.type) {
    case 'image':
      return 'an image';
    case 'classLabel':
      return spec.names === undefined ? 'a class label' : `a class label (${describeNames(spec.names)})`;
    case 'value':
      return spec.wanted;
    case 'sequence':
      return `a list${spec.length === undefined ? '' : ` of ${spec.length}`} of ${describeSpec(spec.of)}`;
    case 'struct':
      return `a record of ${Object.entries(spec.fields)
        .map(([name, field]) => `${name}: ${describeSpec(field)}`)
        .join(', ')}`;
    case 'optional':
      return describeSpec(spec.of);
    case 'any':
      return 'anything';
  }
}

function describeNames(names: readonly string[]): string {
  return `${names.length}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}

/** True where two columns can be read as one. */
export function sameFeature(a: Feature, b: Feature): boolean {
  if (a.type === 'sequence' && b.type === 'sequence') return a.length === b.length && sameFeature(a.feature, b.feature);
  if (a.type === 'struct' && b.type === 'struct') {
    const [names, others] = [Object.keys(a.fields), Object.keys(b.fields)];
    return (
      names.length === others.length &&
      names.every((name) => {
        const [left, right] = [a.fields[name], b.fields[name]];
        return left !== undefined && right !== undefined && sameFeature(left, right);
      })
    );
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The message for a column that is not there. */
export function noColumn(name: string, features: Features): string {
  const names = Object.keys(features);
  return `There is no column "${name}".${didYouMean(name, names)} The columns are: ${names.join(', ')}.`;
}
