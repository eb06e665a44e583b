// The sentences: generated, read whole, or as a stream; and the vocabulary that both languages share.
import { createHash } from 'node:crypto';
import {
  generateNumberPairs,
  loadDataset,
  type Row,
  type StreamingDataset,
  type Tokenizer,
  TokenTable,
  trainBpe,
} from 'common/data';
import { terminalProgress } from 'common/hub';
import { UserError } from 'common/utils';
import type { Config } from './schema.js';

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

/** Sentences and their translations: text i of one belongs to text i of the other. */
export interface Pairs {
  source: string[];
  target: string[];
  fingerprint: string;
}

export const special = { pad: 0, bos: 1, eos: 2 } as const;
const specialTokens = ['<pad>', '<s>', '</s>'];

/** A split in memory; what is missing is generated or downloaded. */
export async function readPairs(data: Config['data'], split: Split): Promise<Pairs> {
  if (data.generated !== null) {
    const { max, ...counts } = data.generated;
    const all = [...generateNumberPairs({ count: counts[split], max, split })];
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([split, data.generated]))
      .digest('hex');
    return { source: all.map(({ source }) => source), target: all.map(({ target }) => target), fingerprint };
  }
  const progress = terminalProgress();
  const dataset = await loadDataset(placeOf(data), { ...configOf(data), split, onProgress: progress.update }).finally(
    progress.stop,
  );
  const pairs: Pairs = { source: [], target: [], fingerprint: dataset.fingerprint };
  let index = 0;
  for await (const row of dataset.rows()) {
    const { source, target } = pairOf(row, data, dataset.where(index++));
    pairs.source.push(source);
    pairs.target.push(target);
  }
  return pairs;
}

/** The training split as it comes. */
export async function streamPairs(data: Config['data']): Promise<StreamingDataset<{ source: string; target: string }>> {
  const stream = await loadDataset(placeOf(data), { ...configOf(data), split: 'train', streaming: true });
  const key = `${data.source} ${data.target}`;
  return stream.map((row) => pairOf(row, data, stream.name), { key });
}

const placeOf = ({ folder, id }: Config['data']): string => folder ?? id ?? '';
const configOf = ({ config }: Config['data']) => (config === null ? {} : { config });

function pairOf(row: Row, { source, target }: Config['data'], where: string): { source: string; target: string } {
  const text = (path: string): string => {
    let value: unknown = row;
    for (const key of path.split('.'))
      value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    if (typeof value === 'string') return value;
    throw new UserError(`${where}: there is no text ${path}. Columns are ${Object.keys(row).join(', ')}.`);
  };
  return { source: text(source), target: text(target) };
}

/** A byte-level vocabulary: any script can be read and written. Its ids 0, 1, 2 are padding, beginning and end. */
export function trainVocabulary(
  texts: Iterable<string> | AsyncIterable<string>,
  { vocabulary }: Config['data'],
): Promise<Tokenizer> {
  return trainBpe(texts, { vocabSize: vocabulary, specialTokens, preTokenizer: 'byteLevel', addPrefixSpace: true });
}

/** The first texts of a stream, both sides. */
export async function* firstTexts(
  stream: StreamingDataset<{ source: string; target: string }>,
  count: number,
): AsyncGenerator<string> {
  let given = 0;
  for await (const { source, target } of stream) {
    yield source;
    yield target;
    given += 2;
    if (given >= count) return;
  }
}

/** A line's tokens; special tokens that are written in it are read as text. */
export const encode = (tokenizer: Tokenizer, text: string): Int32Array =>
  tokenizer.encodeIds(text, { addSpecialTokens: false, plainText: true });

/** The ids of all pairs of which neither side is empty or longer than `maxLength` with its end. */
export function encodePairs(
  tokenizer: Tokenizer,
  { source, target }: Pairs,
  maxLength: number,
): { source: TokenTable; target: TokenTable; leftOut: number } {
  const kept: { source: Int32Array[]; target: Int32Array[] } = { source: [], target: [] };
  for (const [i, text] of source.entries()) {
    const pair = [encode(tokenizer, text), encode(tokenizer, target[i] ?? '')] as const;
    if (pair.some(({ length }) => length === 0 || length + 1 > maxLength)) continue;
    kept.source.push(pair[0]);
    kept.target.push(pair[1]);
  }
  const [from, to] = [TokenTable.from(kept.source), TokenTable.from(kept.target)];
  return { source: from, target: to, leftOut: source.length - kept.source.length };
}
