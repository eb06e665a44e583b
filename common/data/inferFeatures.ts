import type { Dtype, Feature, Features } from './features.js';
import { isImage } from './image.js';

/**
 * The feature that holds all these values (nulls aside): integers become int64, numbers float64, text string, lists and records the
 * features of their parts. Throws an Error where no feature does (a text and a number in one column).
 */
export function inferFeature(values: Iterable<unknown>, name: string): Feature {
  let feature: Feature = { type: 'value', dtype: 'null' };
  for (const value of values) feature = widen(feature, featureOf(value), name);
  return feature;
}

/** The feature of one value. */
export function featureOf(value: unknown): Feature {
  if (value === null || value === undefined) return scalar('null');
  if (typeof value === 'bigint') return { type: 'value', dtype: 'int64', bigint: true };
  if (typeof value === 'number') return scalar(Number.isInteger(value) ? 'int64' : 'float64');
  if (typeof value === 'boolean') return scalar('bool');
  if (typeof value === 'string') return scalar('string');
  if (value instanceof Date) return scalar('timestamp[ms]');
  if (value instanceof Uint8Array) return scalar('binary');
  if (isImage(value)) return { type: 'image' };
  if (Array.isArray(value)) return { type: 'sequence', feature: inferFeature(value, 'a list') };
  if (ArrayBuffer.isView(value))
    return { type: 'sequence', feature: scalar(/Float/.test(value.constructor.name) ? 'float64' : 'int64') };
  if (typeof value === 'object')
    return { type: 'struct', fields: Object.fromEntries(Object.entries(value).map(([key, v]) => [key, featureOf(v)])) };
  throw new Error(`a ${typeof value} cannot be a value of a data set`);
}

/** The feature that holds the values of both. */
export function widen(a: Feature, b: Feature, name: string): Feature {
  if (a === b) return a;
  if (a.type === 'value' && b.type === 'value') {
    if (a.dtype === b.dtype) return a;
    if (a.dtype === 'null') return b;
    if (b.dtype === 'null') return a;
    const numbers = [a.dtype, b.dtype].every((dtype) => dtype === 'int64' || dtype === 'float64');
    if (numbers) return scalar('float64');
    throw new Error(`column "${name}" has ${a.dtype} in some rows, ${b.dtype} in others`);
  }
  if (isNull(a)) return b;
  if (isNull(b)) return a;
  if (a.type === 'image' && b.type === 'image') return a;
  if (a.type === 'sequence' && b.type === 'sequence')
    return { type: 'sequence', feature: widen(a.feature, b.feature, name) };
  if (a.type === 'struct' && b.type === 'struct') return { type: 'struct', fields: widenAll(a.fields, b.fields, name) };
  throw new Error(`column "${name}" has a ${a.type} in some rows, a ${b.type} in others`);
}

/** Columns that hold the rows of both; one that is missing somewhere is null there. */
export function widenAll(a: Features, b: Features, name = ''): Features {
  const out: Record<string, Feature> = { ...a };
  for (const [key, feature] of Object.entries(b)) {
    const known = Object.hasOwn(out, key) ? out[key] : undefined;
    out[key] = known === undefined ? feature : widen(known, feature, name === '' ? key : `${name}.${key}`);
  }
  return out;
}

function isNull(feature: Feature): boolean {
  return feature.type === 'value' && feature.dtype === 'null';
}

function scalar(dtype: Dtype): Feature {
  return { type: 'value', dtype };
}
