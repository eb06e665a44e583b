import type { KeyValue, SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';

/** A row as the Hub's image sets have it: a PNG file and the number of its class. */
export type ImageRow = { image: { bytes: Uint8Array; path: string | null }; label: number };

export const digitNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The schema of `ylecun/mnist` on the Hub: `image` struct{bytes: binary, path: string}, `label` int64, all of them optional. */
const schema: SchemaElement[] = [
  { name: 'schema', repetition_type: 'REQUIRED', num_children: 2 },
  { name: 'image', repetition_type: 'OPTIONAL', num_children: 2 },
  { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
  {
    name: 'path',
    repetition_type: 'OPTIONAL',
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  },
  { name: 'label', repetition_type: 'OPTIONAL', type: 'INT64' },
];

/** What the `datasets` library writes into the file's metadata: the features, and in them the names of the classes. */
const features = {
  info: {
    features: { image: { _type: 'Image' }, label: { names: digitNames, _type: 'ClassLabel' } },
  },
};

/** The bytes of a parquet file with these rows: row groups of 1,000, images uncompressed (PNG is already). `metadata`: more keys for the footer. */
export function digitsParquet(rows: readonly ImageRow[], metadata: readonly KeyValue[] = []): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema,
    columnData: [
      { name: 'image', data: rows.map((row) => row.image), codec: 'UNCOMPRESSED', statistics: false },
      { name: 'label', data: rows.map((row) => BigInt(row.label)) },
    ],
    rowGroupSize: 1000,
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify(features) }, ...metadata],
  });
  return writer.getBytes();
}
