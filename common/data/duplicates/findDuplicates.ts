import { UserError } from '../../utils/index.js';
import type { Dataset } from '../dataset.js';
import { decodeImage } from '../decode/decodeImage.js';
import { isImage } from '../image.js';
import { columnsOf, imageColumn, labelColumn } from '../statistics/columns.js';
import { type DifferenceHash, differenceHash } from './differenceHash.js';
import { nearPairs } from './nearPairs.js';
import { hashBytes, hashPixels } from './pixelHash.js';

/** A row, for people and for programs. */
export interface DuplicateMember {
  split: string;
  row: number;
  /** File and row. */
  where: string;
  path: string | null;
  label: string | undefined;
}

/** Rows with the same content. */
export interface DuplicateSet {
  /** The same file; the same picture in different files; the same text. */
  kind: 'file' | 'picture' | 'text';
  members: DuplicateMember[];
  /** The splits in which they lie. */
  splits: string[];
  /** Their class labels are not all the same. */
  labelsDiffer: boolean;
}

/** Two pictures that look alike without being equal. */
export interface NearDuplicate {
  a: DuplicateMember;
  b: DuplicateMember;
  /** Bits of 128 in which their difference hashes differ. */
  distance: number;
}

export interface Duplicates {
  rows: Record<string, number>;
  /** Those that lie in several splits first. */
  sets: DuplicateSet[];
  near: NearDuplicate[];
  /** There are more than 10,000 such pairs, and none is listed: the threshold is too high for these pictures. */
  tooManyNear: boolean;
  /** For each two splits: rows of the one that are in the other as well. */
  across: { of: string; in: string; rows: number }[];
  /** Rows that have no content: a missing image, an empty text. */
  empty: number;
}

export interface DuplicateOptions {
  /** The image column; where a data set has none, all text columns are compared together. */
  image?: string;
  /** Text columns to compare, instead of images. */
  text?: readonly string[];
  /** Reports pictures whose difference hashes differ in at most so many bits of 128 (0 … 15); 6 is a good start. Not by default. It is made for photographs: small drawings on an empty ground (MNIST) look alike to it. */
  near?: number;
  onProgress?: (done: number, total: number) => void;
}

interface Entry extends Omit<DuplicateMember, 'where'> {
  file: string;
  content: string;
  look: DifferenceHash | undefined;
}

/**
 * Finds rows with the same content within and across splits: the same encoded bytes, the same decoded pixels, or the same text. A broken
 * image is compared by its bytes alone.
 *
 * @param splits the data sets by the name of their split
 * @throws UserError where there is neither an image nor a text column.
 */
export async function findDuplicates(
  splits: Readonly<Record<string, Dataset>>,
  options: DuplicateOptions = {},
): Promise<Duplicates> {
  const { near } = options;
  if (near !== undefined && !(Number.isInteger(near) && near >= 0 && near <= 15))
    throw new UserError(`The threshold for near duplicates is a whole number from 0 to 15 (bits of 128), not ${near}.`);
  const datasets = Object.entries(splits);
  const total = datasets.reduce((sum, [, { length }]) => sum + length, 0);
  const entries: Entry[] = [];
  let [done, empty] = [0, 0];
  for (const [split, dataset] of datasets)
    for await (const entry of readEntries(split, dataset, options)) {
      if (entry === undefined) empty++;
      else entries.push(entry);
      options.onProgress?.(++done, total);
    }
  const member = (entry: Entry): DuplicateMember => {
    const { split, row, path, label } = entry;
    return { split, row, where: splits[split]!.where(row), path, label };
  };
  const groups = byContent(entries).filter((group) => group.length > 1);
  const sets = groups.map(
    (group): DuplicateSet => ({
      kind: isText(datasets, options)
        ? 'text'
        : group.every(({ file }) => file === group[0]?.file)
          ? 'file'
          : 'picture',
      members: group.map(member),
      splits: [...new Set(group.map(({ split }) => split))],
      labelsDiffer: new Set(group.map(({ label }) => label)).size > 1,
    }),
  );
  const alike = near === undefined ? [] : findNear(entries, near);
  return {
    rows: Object.fromEntries(datasets.map(([split, { length }]) => [split, length])),
    sets: sets.sort((a, b) => b.splits.length - a.splits.length),
    near: (alike ?? []).map(({ a, b, distance }) => ({ a: member(a), b: member(b), distance })),
    tooManyNear: alike === undefined,
    across: across(sets, Object.keys(splits)),
    empty,
  };
}

function isText(datasets: readonly (readonly [string, Dataset])[], { image, text }: DuplicateOptions): boolean {
  const [first] = datasets;
  return (
    text !== undefined || (image === undefined && first !== undefined && columnsOf(first[1], 'image').length === 0)
  );
}

/** What identifies each row; undefined for one without content. */
async function* readEntries(
  split: string,
  dataset: Dataset,
  options: DuplicateOptions,
): AsyncGenerator<Entry | undefined> {
  const [label] = columnsOf(dataset, 'classLabel').length === 1 ? [labelColumn(dataset)] : [];
  const names = label === undefined ? undefined : dataset.features[label];
  const texts = isText([[split, dataset]], options) ? textColumns(dataset, options.text) : undefined;
  const image = texts === undefined ? imageColumn(dataset, options.image) : undefined;
  const columns = [...(texts ?? []), ...(image === undefined ? [] : [image]), ...(label === undefined ? [] : [label])];
  let row = -1;
  for await (const values of dataset.selectColumns(...columns).rows()) {
    row++;
    const value = label === undefined ? undefined : values[label];
    const name =
      typeof value === 'number' && names?.type === 'classLabel' ? (names.names[value] ?? String(value)) : undefined;
    const common = { split, row, label: name };
    if (texts !== undefined) {
      const text = texts.map((column) => values[column] ?? null);
      const content = hashBytes(Buffer.from(JSON.stringify(text)));
      yield text.every((part) => part === null || String(part).trim() === '')
        ? undefined
        : { ...common, path: null, file: content, content, look: undefined };
      continue;
    }
    const file = values[image!];
    if (!isImage(file)) yield undefined;
    else yield { ...common, path: file.path, ...(await identify(file.bytes, options.near !== undefined)) };
  }
}

async function identify(bytes: Uint8Array, near: boolean): Promise<Pick<Entry, 'file' | 'content' | 'look'>> {
  const file = hashBytes(bytes);
  try {
    const pixels = await decodeImage(bytes, '');
    return { file, content: hashPixels(pixels), look: near ? differenceHash(pixels) : undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, content: `file ${file}`, look: undefined };
  }
}

function byContent(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.content);
    if (group === undefined) groups.set(entry.content, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function textColumns(dataset: Dataset, wanted: readonly string[] | undefined): string[] {
  const all = Object.entries(dataset.features).flatMap(([name, feature]) =>
    feature.type === 'value' && /string|json/.test(feature.dtype) ? [name] : [],
  );
  const unknown = wanted?.find((name) => !all.includes(name));
  if (unknown !== undefined || all.length === 0)
    throw new UserError(
      `${dataset.name} has no ${unknown === undefined ? 'image or text column' : `text column "${unknown}"`} to compare. Columns are: ${Object.keys(dataset.features).join(', ')}.`,
    );
  return wanted === undefined ? all : [...wanted];
}

/** Pairs beyond which the threshold does not tell pictures apart. */
const MOST_NEAR = 10_000;

/** Pictures that look alike; of equal ones in a split the first stands for all. */
function findNear(
  entries: readonly Entry[],
  threshold: number,
): { a: Entry; b: Entry; distance: number }[] | undefined {
  const firsts = new Map<string, Entry & { look: DifferenceHash }>();
  for (const entry of entries) {
    const key = `${entry.split} ${entry.content}`;
    const { look } = entry;
    if (look !== undefined && !firsts.has(key)) firsts.set(key, { ...entry, look });
  }
  const pictures = [...firsts.values()];
  return nearPairs(
    pictures.map(({ look }) => look),
    threshold,
    MOST_NEAR,
  )
    ?.map(({ a, b, distance }) => ({ a: pictures[a]!, b: pictures[b]!, distance }))
    .filter(({ a, b }) => a.content !== b.content);
}

function across(sets: readonly DuplicateSet[], splits: readonly string[]): Duplicates['across'] {
  const found: Duplicates['across'] = [];
  for (const of of splits)
    for (const other of splits) {
      if (of === other) continue;
      const shared = sets.filter((set) => set.splits.includes(of) && set.splits.includes(other));
      const rows = shared.reduce((sum, { members }) => sum + members.filter(({ split }) => split === of).length, 0);
      if (rows > 0) found.push({ of, in: other, rows });
    }
  return found;
}
