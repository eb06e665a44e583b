// For developers: reads data sets with loadDataset, streaming and not, for tools/crosscheck/datasets.py to compare with Python's `datasets`.
//   npx tsx tools/crosscheck/datasets.ts <folder> [id …]

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { datasetSplits, type Features, isImage, type LoadOptions, loadDataset, type Row } from 'common/data';
import { z } from 'zod';

const [folder, ...ids] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: datasets.ts <folder> [id …]');

const caseSchema = z.object({
  name: z.string().optional(),
  path: z.string().optional(),
  id: z.string().optional(),
  split: z.string(),
  config: z.string().optional(),
  field: z.string().optional(),
});
type Case = z.infer<typeof caseSchema>;

/** A value as JSON that Python writes alike. */
function canonical(value: unknown): unknown {
  if (isImage(value))
    return {
      sha256: createHash('sha256').update(value.bytes).digest('hex'),
      name: value.path === null ? null : basename(value.path),
    };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof Date) return { time: value.getTime() };
  if (typeof value === 'number' && !Number.isFinite(value))
    return { number: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, canonical(part)]));
  return value;
}

function classNames(features: Features): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(features).flatMap(([name, feature]) =>
      feature.type === 'classLabel' ? [[name, feature.names]] : [],
    ),
  );
}

async function check(one: Case, number: number): Promise<string> {
  const place = one.id ?? join(folder ?? '', one.path ?? '');
  const options: LoadOptions<Row> = { split: one.split, config: one.config, field: one.field };
  // Streaming first: it must not need a download.
  const isStreamed = one.field === undefined && !/[%]/.test(one.split);
  let streamed: string | null = null;
  if (isStreamed) {
    const hash = createHash('sha256');
    const stream = await loadDataset(place, { ...options, streaming: true });
    for await (const row of stream) hash.update(`${JSON.stringify(canonical(row))}\n`);
    streamed = hash.digest('hex');
  }
  const dataset = await loadDataset(place, options);
  const rows = `rows-${number}.jsonl`;
  const out = openSync(join(folder ?? '', rows), 'w');
  for await (const row of dataset) writeSync(out, `${JSON.stringify(canonical(row))}\n`);
  closeSync(out);
  const columns = Object.keys(dataset.features);
  return JSON.stringify({
    case: one,
    rows,
    count: dataset.length,
    columns,
    names: classNames(dataset.features),
    streamed,
  });
}

const cases: Case[] = z.array(caseSchema).parse(JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')));
for (const id of ids) for (const split of await datasetSplits(id)) cases.push({ id, split });
const lines: string[] = [];
for (const [number, one] of cases.entries()) {
  try {
    lines.push(await check(one, number));
  } catch (error) {
    console.error(`${one.name ?? one.id} ${one.split}:`, error);
    process.exitCode = 1;
  }
}
writeFileSync(join(folder, 'ours.jsonl'), `${lines.join('\n')}\n`);
console.log(`${lines.length} of ${cases.length} read`);
