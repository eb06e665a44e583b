import { UserError } from '../../utils/index.js';
import type { Features } from '../features.js';
import type { DataFile } from '../files/dataFile.js';
import { digest } from '../identity.js';
import { openImages, type ReadOptions } from '../openSplit.js';
import type { SplitPlan } from '../plan.js';
import { partRange, type SplitPart } from '../splitSpec.js';
import type { DatasetInfo, Row } from '../table.js';
import { checkColumns } from '../tables/concat.js';
import type { Shard, StreamNode } from './node.js';
import { ConcatNode, skipNode, takeNode } from './operations.js';
import { firstFeatures, lazyShard, recordShard, tableShard } from './shards.js';
import { SourceNode } from './source.js';
import { StreamDataset } from './streamDataset.js';

/** With more parquet files than this their footers are read when their turn comes. */
const FOOTERS = 16;
/** Images that make up a shard of an image folder. */
const IMAGES = 64;

/** The rows of parts of splits as a stream. Reads no more than the schema now. */
export async function openStream<T extends Row>(
  plan: SplitPlan,
  parts: readonly SplitPart[],
  info: DatasetInfo,
  options: ReadOptions,
): Promise<StreamDataset<T>> {
  const nodes: StreamNode[] = [];
  for (const part of parts) nodes.push(slice(await openNode(plan, part.split, options), part));
  const [first, ...others] = nodes;
  if (first === undefined) throw new UserError(`${plan.listing.place} has no splits.`);
  for (const other of others) checkColumns(first.features, other.features);
  return new StreamDataset<T>(others.length === 0 ? first : new ConcatNode(nodes, first.features), info);
}

async function openNode(plan: SplitPlan, split: string, options: ReadOptions): Promise<StreamNode> {
  const { files: listed, format } = plan.files(split);
  const given = options.features ?? plan.card;
  if (format === 'images') {
    const table = await openImages(plan, split, listed, given, options);
    const shards: Shard[] = [];
    for (let at = 0; at < table.length; at += IMAGES)
      shards.push(tableShard(table, at, Math.min(at + IMAGES, table.length)));
    return new SourceNode(shards, table.features, table.fingerprint);
  }
  const files = await Promise.all(listed.map((file) => file.open()));
  const identity = digest(files.map(({ path, size, hash }) => [path, size, hash ?? null]));
  if (format === 'parquet') return parquetSource(files, given, identity);
  return recordSource(files, options, given, identity);
}

async function parquetSource(files: readonly DataFile[], given: Features | undefined, identity: string) {
  const { openParquetTable } = await import('../parquet/parquetTable.js');
  if (files.length <= FOOTERS) {
    const table = await openParquetTable(files, given, identity);
    const shards = table.places.map(({ start, group }) => tableShard(table, start, start + group.rows));
    return new SourceNode(shards, table.features, digest(identity, table.features));
  }
  const { features } = await openParquetTable(files.slice(0, 1), given, identity);
  const shards = files.map((file) => lazyShard(features, () => openParquetTable([file], given, identity)));
  return new SourceNode(shards, features, digest(identity, features));
}

async function recordSource(
  files: readonly DataFile[],
  options: ReadOptions,
  given: Features | undefined,
  identity: string,
): Promise<StreamNode> {
  const { recordFormat } = await import('../formats/recordFormats.js');
  const first = files[0];
  if (first === undefined) throw new UserError('no file');
  if (options.field !== undefined)
    throw new UserError(`${first.name}: a JSON file that is one object cannot be streamed: leave out streaming.`);
  const isFixed = given !== undefined && Object.keys(given).length > 0;
  // A packed file's name without .gz says what it is.
  const formats = await Promise.all(
    files.map((file) => recordFormat({ ...file, path: file.path.replace(/\.gz$/, '') }, options)),
  );
  const format = formats[0]!;
  const features = format.fixed ?? (isFixed ? given : await firstFeatures(first, format));
  const shards = files.map((file, i) => recordShard(file, formats[i]!, features));
  return new SourceNode(shards, features, digest(identity, features));
}

function slice(node: StreamNode, part: SplitPart): StreamNode {
  if (part.from === undefined && part.to === undefined) return node;
  const isPlain = part.unit === 'rows' && (part.from ?? 0) >= 0 && (part.to ?? 0) >= 0;
  let [from, to] = [part.from ?? 0, part.to ?? Number.POSITIVE_INFINITY];
  if (!isPlain) {
    const lengths = node.shards()?.map((shard) => shard.length) ?? [undefined];
    if (lengths.includes(undefined))
      throw new UserError(
        `Percents and bounds from the end need the number of rows of "${part.split}", which a stream does not know: write rows, as in ${part.split}[100:200].`,
      );
    [from, to] = partRange(
      part,
      lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0),
    );
  }
  const skipped = from > 0 ? skipNode(node, from) : node;
  return to === Number.POSITIVE_INFINITY ? skipped : takeNode(skipped, Math.max(0, to - from));
}
