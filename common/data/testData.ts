// Data sets for the tests: images drawn from a counter, written by hyparquet-writer and sharp.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import type { ImageShape } from './pixels.js';

export interface TestRow {
  bytes: Uint8Array | null;
  path?: string | null;
  label: number;
}

export interface TestParquet {
  image?: string;
  label?: string;
  /** Class names; null writes no `huggingface` key. */
  classes?: readonly string[] | null;
  rowGroupSize?: number;
  codec?: 'SNAPPY' | 'UNCOMPRESSED';
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder for the tests of a file, removed behind them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'atelier data é '));
  folders.push(folder);
  return folder;
}

/** Pixels that differ from image to image: a fixed arithmetic pattern. */
export function testPixels(i: number, { height, width, channels }: ImageShape): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, k) => (i * 37 + k * k * 13 + k * 5) % 256);
}

export async function png(data: Uint8Array, { height, width, channels }: ImageShape): Promise<Uint8Array> {
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
  return await sharp(data, { raw })
    .toColourspace(channels < 3 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

/** Rows of images of one shape, the labels 0, 1, 2, 0, 1, … */
export async function testRows(count: number, shape: ImageShape): Promise<TestRow[]> {
  const images = Array.from({ length: count }, (_, i) => png(testPixels(i, shape), shape));
  return (await Promise.all(images)).map((bytes, i) => ({ bytes, label: i % 3 }));
}

/** Writes a parquet file in the Hub's image schema. */
export function writeParquet(path: string, rows: readonly TestRow[], options: TestParquet = {}): void {
  const {
    image = 'image',
    label = 'label',
    classes = ['ant', 'bee', 'cat'],
    rowGroupSize = 4,
    codec = 'SNAPPY',
  } = options;
  const schema: SchemaElement[] = [
    { name: 'schema', repetition_type: 'REQUIRED', num_children: 2 },
    { name: image, repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
    { name: 'path', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    { name: label, repetition_type: 'OPTIONAL', type: 'INT64' },
  ];
  const features = { [image]: { _type: 'Image' }, [label]: { _type: 'ClassLabel', names: classes } };
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema,
    rowGroupSize,
    codec,
    columnData: [
      { name: image, data: rows.map(({ bytes, path = null }) => ({ bytes, path })) },
      { name: label, data: rows.map((row) => BigInt(row.label)) },
    ],
    kvMetadata: classes === null ? [] : [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, writer.getBytes());
}
