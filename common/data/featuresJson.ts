import { z } from 'zod';
import type { Dtype, Feature, Features } from './features.js';

const record = z.record(z.string(), z.unknown());

/**
 * Features in the form in which `datasets` keeps them as JSON (parquet metadata, dataset_info.json):
 * `{ "image": { "_type": "Image" }, "label": { "_type": "ClassLabel", "names": [...] } }`.
 * What is not understood becomes `unsupported`, which can be left out but not read.
 */
export function featuresFromJson(json: unknown): Features {
  const columns = record.safeParse(json);
  if (!columns.success) return {};
  return Object.fromEntries(Object.entries(columns.data).map(([name, value]) => [name, featureFromJson(value)]));
}

function featureFromJson(json: unknown): Feature {
  if (Array.isArray(json)) return { type: 'sequence', feature: featureFromJson(json[0]) };
  const parsed = record.safeParse(json);
  if (!parsed.success) return { type: 'unsupported', name: String(json) };
  const { _type: type, dtype, names, feature, length, languages, shape } = parsed.data;
  switch (type) {
    case undefined:
      return { type: 'struct', fields: featuresFromJson(parsed.data) };
    case 'Image':
      return { type: 'image' };
    case 'ClassLabel':
      return classLabelOf(names);
    case 'Value':
      return { type: 'value', dtype: dtypeOf(String(dtype)) };
    case 'Json':
      return { type: 'value', dtype: 'json' };
    case 'Sequence':
      return sequenceOf(featureFromJson(feature), length, true);
    case 'List':
    case 'LargeList':
      return sequenceOf(featureFromJson(feature), length, false);
    case 'Translation':
      return { type: 'struct', fields: textFields(languages) };
    case 'Array2D':
    case 'Array3D':
    case 'Array4D':
    case 'Array5D':
      return arrayOf(shape, String(dtype));
    default:
      return { type: 'unsupported', name: String(type) };
  }
}

/**
 * Features as a card's YAML header has them (`dataset_info: features:`), a list of `{ name, dtype }`, `{ name, struct }`,
 * `{ name, list }`, `{ name, sequence }` with `dtype: image` or `dtype: { class_label: { names: { '0': ant } } }`.
 */
export function featuresFromYaml(yaml: unknown): Features {
  const fields = z.array(record.and(z.object({ name: z.coerce.string() }))).safeParse(yaml);
  if (!fields.success) return {};
  return Object.fromEntries(fields.data.map((field) => [field.name, featureFromYaml(field)]));
}

function featureFromYaml(field: Record<string, unknown>): Feature {
  if ('struct' in field) return { type: 'struct', fields: featuresFromYaml(field.struct) };
  if ('list' in field) return sequenceOf(inner(field.list), field.length, false);
  if ('sequence' in field) return sequenceOf(inner(field.sequence), field.length, true);
  return inner(field.dtype);
}

/** What stands behind `dtype:`, `list:` or `sequence:`. */
function inner(yaml: unknown): Feature {
  if (Array.isArray(yaml)) return { type: 'struct', fields: featuresFromYaml(yaml) };
  if (typeof yaml === 'string') {
    if (yaml === 'image') return { type: 'image' };
    if (['audio', 'video', 'pdf', 'nifti'].includes(yaml)) return { type: 'unsupported', name: yaml };
    return { type: 'value', dtype: dtypeOf(yaml) };
  }
  const parsed = record.safeParse(yaml);
  if (!parsed.success) return { type: 'unsupported', name: JSON.stringify(yaml) };
  const label = record.safeParse(parsed.data.class_label);
  if (label.success) return classLabelOf(label.data.names);
  const translation = record.safeParse(parsed.data.translation);
  if (translation.success) return { type: 'struct', fields: textFields(translation.data.languages) };
  for (const [name, value] of Object.entries(parsed.data)) {
    const options = record.safeParse(value);
    if (/^array\dd$/i.test(name) && options.success) return arrayOf(options.data.shape, String(options.data.dtype));
    if (name === 'image') return { type: 'image' };
  }
  if (Object.keys(parsed.data).some((name) => ['dtype', 'struct', 'list', 'sequence'].includes(name)))
    return featureFromYaml(parsed.data);
  return { type: 'unsupported', name: Object.keys(parsed.data).join(', ') };
}

/** `names` as a list, or by number: `{ '0': ant, '1': bee }`. */
function classLabelOf(names: unknown): Feature {
  const list = z.array(z.coerce.string()).safeParse(names);
  if (list.success) return { type: 'classLabel', names: list.data };
  const byNumber = z.record(z.string(), z.coerce.string()).safeParse(names);
  if (!byNumber.success) return { type: 'value', dtype: 'int64' };
  const entries = Object.entries(byNumber.data).sort(([a], [b]) => Number(a) - Number(b));
  if (entries.some(([key], i) => Number(key) !== i))
    return { type: 'unsupported', name: `class label numbered ${entries.map(([key]) => key).join(', ')}` };
  return { type: 'classLabel', names: entries.map(([, name]) => name) };
}

/** `Sequence` of a record of features is, by its history, a record of lists; `List` is a list of records. */
function sequenceOf(feature: Feature, length: unknown, turned: boolean): Feature {
  const size = typeof length === 'number' && length >= 0 ? { length } : {};
  if (!turned || feature.type !== 'struct') return { type: 'sequence', feature, ...size };
  const fields = Object.entries(feature.fields).map(([name, field]) => [
    name,
    { type: 'sequence', feature: field, ...size } as const,
  ]);
  return { type: 'struct', fields: Object.fromEntries(fields) };
}

function arrayOf(shape: unknown, dtype: string): Feature {
  const sizes = z.array(z.number().nullable()).safeParse(shape);
  if (!sizes.success) return { type: 'unsupported', name: 'array without a shape' };
  return sizes.data.reduceRight<Feature>(
    (feature, length) => ({ type: 'sequence', feature, ...(length !== null && length >= 0 && { length }) }),
    { type: 'value', dtype: dtypeOf(dtype) },
  );
}

function textFields(languages: unknown): Features {
  const names = z.array(z.string()).safeParse(languages);
  const fields = (names.success ? names.data : []).map((name) => [name, { type: 'value', dtype: 'string' }] as const);
  return Object.fromEntries(fields);
}

const aliases: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  utf8: 'string',
  halffloat: 'float16',
};

function dtypeOf(text: string): Dtype {
  const name = aliases[text] ?? text;
  return isDtype(name) ? name : 'string';
}

function isDtype(name: string): name is Dtype {
  return /^(null|bool|u?int(8|16|32|64)|float(16|32|64)|(large_)?(string|binary)|json|date(32|64)|(time32|time64|timestamp|duration)\[.*\]|decimal(128|256)\(.*\))$/.test(
    name,
  );
}
