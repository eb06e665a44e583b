import { MergeQueue } from './mergeQueue.js';
import { PairTable } from './pairTable.js';

export interface LearnOptions {
  vocabSize: number;
  minFrequency: number;
  specialTokens: readonly string[];
  /** Characters that are tokens whether they come or not. */
  initialAlphabet: readonly string[];
  /** Characters kept at most; the rarest others are left out of the vocabulary. */
  limitAlphabet?: number;
  /** Written after a word's last character (`</w>`). */
  endOfWordSuffix?: string;
  /** Characters of a token at most. */
  maxTokenLength?: number;
  /** Called now and then with the tokens there are. */
  onProgress?: (tokens: number) => void;
}

export interface Learned {
  /** Tokens by id: special tokens, alphabet in the order of code points, then one for each merge. */
  vocab: string[];
  merges: [string, string][];
}

const REPORT_EVERY = 256;

/**
 * Byte-pair encoding's training (Sennrich et al. 2016): the most frequent pair of neighbours becomes a token, again and again. Incremental:
 * a merge visits only the words that hold the pair; counts that have changed are set right when their pair comes up. Ties, and so the
 * merges, are those of Rust's `BpeTrainer` (models/bpe/trainer.rs).
 */
export function learnMerges(wordCounts: ReadonlyMap<string, number>, options: LearnOptions): Learned {
  const { vocabSize, minFrequency, maxTokenLength = Number.POSITIVE_INFINITY, onProgress } = options;
  const vocab: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (token: string): number => {
    const known = ids.get(token);
    if (known !== undefined) return known;
    ids.set(token, vocab.length);
    return vocab.push(token) - 1;
  };
  for (const token of options.specialTokens) idOf(token);
  for (const character of alphabet(wordCounts, options)) idOf(character);

  const words = splitWords(wordCounts, ids, idOf, options.endOfWordSuffix ?? '');
  const lengths = vocab.map(() => 1);
  const pairs = new PairTable();
  const queue = new MergeQueue();
  const enqueue = (found: ReadonlyMap<number, number[]>) => {
    for (const [pair, where] of found) {
      const count = pairs.counts[pair]!;
      if (count > 0) queue.push({ pair, left: pairs.left[pair]!, right: pairs.right[pair]!, count, words: where });
    }
  };
  enqueue(countPairs(words, pairs));

  // A pair can be merged twice, where two ways lead to the same token: the later rank counts.
  const merges = new Map<number, [string, string]>();
  while (vocab.length < vocabSize) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = pairs.counts[top.pair]!;
    if (top.count !== count) {
      if (count > 0) queue.push({ ...top, count });
      continue;
    }
    if (count < Math.max(1, minFrequency)) break;
    const { left, right } = top;
    const merge: [string, string] = [vocab[left]!, vocab[right]!];
    const token = idOf(merge[0] + merge[1]);
    lengths[token] = lengths[left]! + lengths[right]!;
    merges.delete(top.pair);
    merges.set(top.pair, merge);

    const found = new Map<number, number[]>();
    const change = (a: number, b: number, by: number, word: number) => {
      const pair = pairs.index(a, b);
      pairs.counts[pair]! += by;
      if (by < 0) return;
      const where = found.get(pair);
      if (where === undefined) found.set(pair, [word]);
      else if (where[where.length - 1] !== word) where.push(word);
    };
    for (const word of top.words) {
      const weight = words.counts[word]!;
      const { symbols, starts, sizes } = words;
      const start = starts[word]!;
      const end = start + sizes[word]!;
      let to = start;
      for (let from = start; from < end; from++, to++) {
        if (symbols[from] !== left || from + 1 >= end || symbols[from + 1] !== right) {
          symbols[to] = symbols[from]!;
          continue;
        }
        from++;
        symbols[to] = token;
        if (to > start) {
          const previous = symbols[to - 1]!;
          change(previous, left, -weight, word);
          if (lengths[previous]! + lengths[token]! < maxTokenLength) change(previous, token, weight, word);
        }
        if (from + 1 < end) {
          const next = symbols[from + 1]!;
          change(right, next, -weight, word);
          if (lengths[next]! + lengths[token]! < maxTokenLength) change(token, next, weight, word);
        }
      }
      sizes[word] = to - start;
    }
    enqueue(found);
    if (merges.size % REPORT_EVERY === 0) onProgress?.(vocab.length);
  }
  onProgress?.(vocab.length);
  return { vocab, merges: [...merges.values()] };
}

/** The characters of the words in the order of code points. */
function alphabet(counts: ReadonlyMap<string, number>, { initialAlphabet, limitAlphabet }: LearnOptions): string[] {
  const frequency = new Map<string, number>();
  for (const [word, count] of counts)
    for (const character of word) frequency.set(character, (frequency.get(character) ?? 0) + count);
  for (const character of initialAlphabet) frequency.set(character, Number.POSITIVE_INFINITY);
  const byCodePoint = [...frequency.keys()].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (limitAlphabet === undefined || byCodePoint.length <= limitAlphabet) return byCodePoint;
  const kept = new Set(
    byCodePoint.toSorted((a, b) => compare(frequency.get(b)!, frequency.get(a)!)).slice(0, limitAlphabet),
  );
  return byCodePoint.filter((character) => kept.has(character));
}

/** Also for two infinities, whose difference is not a number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Words {
  /** The symbols of all words, one after the other: a word gets shorter in its place. */
  symbols: Int32Array;
  starts: Int32Array;
  sizes: Int32Array;
  counts: Float64Array;
}

function splitWords(
  wordCounts: ReadonlyMap<string, number>,
  known: ReadonlyMap<string, number>,
  idOf: (token: string) => number,
  suffix: string,
): Words {
  let total = 0;
  for (const word of wordCounts.keys()) total += word.length;
  const words: Words = {
    symbols: new Int32Array(total),
    starts: new Int32Array(wordCounts.size),
    sizes: new Int32Array(wordCounts.size),
    counts: new Float64Array(wordCounts.size),
  };
  let at = 0;
  let index = 0;
  for (const [word, count] of wordCounts) {
    const start = at;
    const characters = Array.from(word);
    for (const [i, character] of characters.entries()) {
      // Left out of a limited alphabet.
      if (!known.has(character)) continue;
      words.symbols[at++] = idOf(i === characters.length - 1 ? character + suffix : character);
    }
    words.starts[index] = start;
    words.sizes[index] = at - start;
    words.counts[index++] = count;
  }
  return words;
}

function countPairs({ symbols, starts, sizes, counts }: Words, pairs: PairTable): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let word = 0; word < starts.length; word++) {
    const end = starts[word]! + sizes[word]!;
    for (let i = starts[word]!; i + 1 < end; i++) {
      const pair = pairs.index(symbols[i]!, symbols[i + 1]!);
      pairs.counts[pair]! += counts[word]!;
      const where = found.get(pair);
      if (where === undefined) found.set(pair, [word]);
      else if (where[where.length - 1] !== word) where.push(word);
    }
  }
  return found;
}
