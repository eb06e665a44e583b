import { didYouMean, UserError } from '../utils/index.js';
import { describeFeature, describeSpec } from './describeFeature.js';
import type { ColumnSpec, Feature, FeatureSpec, Features } from './features.js';

/** What a set is opened with: a spec for each column that is used. */
export type ColumnSpecs = Readonly<Record<string, ColumnSpec<unknown>>>;

/**
 * Compares the features of a data set with what the caller asked for, and gives them back with the parts that he chose (BigInt), in his
 * order. Columns that he did not name are left out.
 *
 * @param where names the data set in the message.
 * @throws UserError with the column, what it really is, and the nearest name.
 */
export function checkColumns(features: Features, columns: ColumnSpecs, where: string): Features {
  const names = Object.keys(features);
  const all = names.map((name) => `${name} (${describeFeature(features[name]!)})`).join(', ');
  const out: Record<string, Feature> = {};
  for (const [name, { feature: spec }] of Object.entries(columns)) {
    const feature = Object.hasOwn(features, name) ? features[name] : undefined;
    const hint =
      feature === undefined ? didYouMean(name, names) || sameKind(features, spec) : sameKind(features, spec, name);
    if (feature === undefined) throw new UserError(`${where} has no column "${name}".${hint} The columns are: ${all}.`);
    const chosen = choose(feature, spec);
    if (chosen === undefined)
      throw new UserError(
        `${where}: column "${name}" was expected to be ${describeSpec(spec)}, but is ${describeFeature(feature)}.${hint} The columns are: ${all}.`,
      );
    out[name] = chosen;
  }
  return out;
}

/** True where a row without a value is no error. */
export function isOptional(spec: FeatureSpec): boolean {
  return spec.type === 'optional' || spec.type === 'any';
}

/** Another column is what was asked for: that one may be meant. */
function sameKind(features: Features, spec: FeatureSpec, except?: string): string {
  if (spec.type === 'any') return '';
  const fitting = Object.keys(features).filter(
    (name) => name !== except && choose(features[name]!, spec) !== undefined,
  );
  return fitting.length === 1 ? ` Did you mean "${fitting[0]}"?` : '';
}

/** The feature with the spec's choices, or undefined where it does not fit. */
function choose(feature: Feature, spec: FeatureSpec): Feature | undefined {
  switch (spec.type) {
    case 'any':
      return feature;
    case 'optional':
      return choose(feature, spec.of);
    case 'image':
      return feature.type === 'image' ? feature : undefined;
    case 'classLabel': {
      if (feature.type !== 'classLabel') return undefined;
      const isSame = spec.names === undefined || spec.names.join('\0') === feature.names.join('\0');
      return isSame ? feature : undefined;
    }
    case 'value': {
      if (feature.type === 'classLabel' && spec.dtypes.includes('int64'))
        return spec.bigint ? { type: 'value', dtype: 'int64', bigint: true } : feature;
      if (feature.type !== 'value' || !spec.dtypes.includes(feature.dtype.replace(/[[(].*/, ''))) return undefined;
      return spec.bigint ? { ...feature, bigint: true } : feature;
    }
    case 'sequence': {
      if (feature.type !== 'sequence' || (spec.length !== undefined && spec.length !== feature.length))
        return undefined;
      const inner = choose(feature.feature, spec.of);
      return inner && { ...feature, feature: inner };
    }
    case 'struct': {
      if (feature.type !== 'struct') return undefined;
      const fields: Record<string, Feature> = { ...feature.fields };
      for (const [name, field] of Object.entries(spec.fields)) {
        const real = Object.hasOwn(feature.fields, name) ? feature.fields[name] : undefined;
        const chosen = real && choose(real, field);
        if (chosen === undefined) return undefined;
        fields[name] = chosen;
      }
      return { type: 'struct', fields };
    }
  }
}
