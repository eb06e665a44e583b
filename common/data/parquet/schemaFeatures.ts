import type { SchemaElement, SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import type { Dtype, Feature, Features } from '../features.js';
import { featuresFromJson } from '../featuresJson.js';
import type { ParquetFile } from './parquetFile.js';

/**
 * The columns of a parquet file: what `datasets` wrote into its metadata (key `huggingface`), else what the repository's card says, where
 * that fits the schema; the schema decides for everything else.
 */
export function parquetFeatures({ columns, metadata }: ParquetFile, card: Features = {}): Features {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const written = text === undefined ? {} : readWritten(text);
  const features: Record<string, Feature> = {};
  for (const { name, tree } of columns) {
    const stored = schemaFeature(tree);
    const named = Object.hasOwn(written, name) ? written[name] : Object.hasOwn(card, name) ? card[name] : undefined;
    features[name] = named !== undefined && canHold(named, stored) ? named : stored;
  }
  return features;
}

function readWritten(text: string): Features {
  try {
    const json: unknown = JSON.parse(text);
    const info = typeof json === 'object' && json !== null && 'info' in json ? json.info : undefined;
    return typeof info === 'object' && info !== null && 'features' in info ? featuresFromJson(info.features) : {};
  } catch {
    // Another writer's idea of this key: the schema decides.
    return {};
  }
}

/** True where values stored as `stored` can be read as `feature`. */
export function canHold(feature: Feature, stored: Feature): boolean {
  const isBytes = (f: Feature | undefined) => f?.type === 'value' && /binary|string/.test(f.dtype);
  switch (feature.type) {
    case 'image':
      return stored.type === 'struct' ? isBytes(stored.fields.bytes) : isBytes(stored);
    case 'classLabel':
      return stored.type === 'value' && /^u?int\d+$/.test(stored.dtype);
    case 'value':
      return stored.type === 'value';
    case 'sequence':
      return stored.type === 'sequence' && canHold(feature.feature, stored.feature);
    case 'struct':
      return (
        stored.type === 'struct' &&
        Object.entries(feature.fields).every(([name, field]) => {
          const part = stored.fields[name];
          return part !== undefined && canHold(field, part);
        })
      );
    case 'unsupported':
      return true;
  }
}

/** The feature of a schema node that says nothing but its parquet type. */
export function schemaFeature(tree: SchemaTree): Feature {
  if (isListLike(tree)) {
    const list = tree.children[0]!;
    return { type: 'sequence', feature: schemaFeature(list.children.length === 1 ? list.children[0]! : list) };
  }
  // A map is read as an object: keys become names.
  if (isMapLike(tree)) return { type: 'struct', fields: {} };
  const inner = innerFeature(tree);
  return tree.element.repetition_type === 'REPEATED' && tree.children.length === 0
    ? { type: 'sequence', feature: inner }
    : inner;
}

function innerFeature(tree: SchemaTree): Feature {
  if (tree.children.length === 0) return { type: 'value', dtype: dtypeOf(tree.element) };
  const fields = Object.fromEntries(tree.children.map((child) => [child.element.name, schemaFeature(child)]));
  const { bytes, path } = fields;
  const isImage =
    tree.children.length === 2 &&
    bytes?.type === 'value' &&
    bytes.dtype === 'binary' &&
    path?.type === 'value' &&
    path.dtype === 'string';
  // What `datasets` stores for an image; Audio and others look alike, but are only written with their name beside.
  return isImage ? { type: 'image' } : { type: 'struct', fields };
}

function dtypeOf({ type, converted_type: converted, logical_type: logical, precision, scale }: SchemaElement): Dtype {
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return `decimal128(${precision ?? 38}, ${scale ?? 0})`;
  if (logical?.type === 'INTEGER') {
    const bits = logical.bitWidth === 8 || logical.bitWidth === 16 || logical.bitWidth === 64 ? logical.bitWidth : 32;
    return logical.isSigned ? `int${bits}` : `uint${bits}`;
  }
  if (logical?.type === 'TIMESTAMP') return `timestamp[${unitOf(logical.unit)}]`;
  if (logical?.type === 'TIME') return logical.unit === 'MILLIS' ? 'time32[ms]' : `time64[${unitOf(logical.unit)}]`;
  if (logical?.type === 'FLOAT16') return 'float16';
  if (logical?.type === 'NULL') return 'null';
  if (logical?.type === 'UUID') return 'string';
  switch (converted) {
    case 'UTF8':
    case 'ENUM':
      return 'string';
    case 'JSON':
      return 'json';
    case 'DATE':
      return 'date32';
    case 'TIMESTAMP_MILLIS':
      return 'timestamp[ms]';
    case 'TIMESTAMP_MICROS':
      return 'timestamp[us]';
    case 'TIME_MILLIS':
      return 'time32[ms]';
    case 'TIME_MICROS':
      return 'time64[us]';
    case 'UINT_8':
      return 'uint8';
    case 'UINT_16':
      return 'uint16';
    case 'UINT_32':
      return 'uint32';
    case 'UINT_64':
      return 'uint64';
    case 'INT_8':
      return 'int8';
    case 'INT_16':
      return 'int16';
  }
  if (logical?.type === 'STRING' || logical?.type === 'ENUM') return 'string';
  switch (type) {
    case 'BOOLEAN':
      return 'bool';
    case 'INT32':
      return 'int32';
    case 'INT64':
      return 'int64';
    case 'INT96':
      return 'timestamp[ns]';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    default:
      return 'binary';
  }
}

function unitOf(unit: 'MILLIS' | 'MICROS' | 'NANOS'): string {
  return { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' }[unit];
}
