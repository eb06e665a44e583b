import { mergeParts } from './check.js';
import type { WordModel } from './model.js';
import type { ModelConfig } from './schema.js';

/** Room for a position in the queue's keys, which are rank · 2^26 + position. */
const POSITIONS = 2 ** 26;

/**
 * Byte-pair encoding (Sennrich et al. 2016) of one word with a trained list of merges: of all pairs of neighbours the one that was merged
 * first in the training is merged first, from left to right. Follows `models/bpe/word.rs` of Rust's tokenizers, unknown characters and
 * byte fallback included; `dropout` is not applied.
 */
export function createBpeModel(config: Extract<ModelConfig, { type: 'BPE' }>): WordModel {
  const prefix = config.continuing_subword_prefix ?? '';
  const suffix = config.end_of_word_suffix ?? '';
  const ids = new Map(Object.entries(config.vocab));
  // A vocabulary is too large for the arguments of Math.max.
  let size = 0;
  for (const id of ids.values()) size = Math.max(size, id + 1);
  const ranks = new Map<number, number>();
  const merged = new Int32Array(config.merges.length);
  for (const [rank, merge] of config.merges.entries()) {
    const [a, b] = mergeParts(merge)!;
    merged[rank] = ids.get(a + b.slice(prefix.length))!;
    ranks.set(ids.get(a)! * size + ids.get(b)!, rank);
  }
  const unknown = config.unk_token == null ? undefined : ids.get(config.unk_token);
  const encoder = new TextEncoder();

  /** The ids of a word's characters. */
  const symbolsOf = (word: string): number[] => {
    const characters = Array.from(word);
    const out: number[] = [];
    let lastUnknown = false;
    characters.forEach((character, i) => {
      const text = (i > 0 ? prefix : '') + character + (i === characters.length - 1 ? suffix : '');
      const id = ids.get(text);
      const bytes = id === undefined && config.byte_fallback ? byteTokens(encoder.encode(text), ids) : undefined;
      if (id !== undefined) out.push(id);
      else if (bytes !== undefined) out.push(...bytes);
      else if (unknown !== undefined && !(lastUnknown && config.fuse_unk)) out.push(unknown);
      lastUnknown = id === undefined && bytes === undefined;
    });
    return out;
  };

  return {
    ids,
    encodeWord(word) {
      if (config.ignore_merges) {
        const whole = ids.get(word);
        if (whole !== undefined) return [whole];
      }
      return mergeAll(symbolsOf(word), ranks, merged, size);
    },
  };
}

/** The ids of `<0x41>` and so on, where the vocabulary has all of them. */
export function byteTokens(bytes: Uint8Array, ids: ReadonlyMap<string, number>): number[] | undefined {
  const out: number[] = [];
  for (const byte of bytes) {
    const id = ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    out.push(id);
  }
  return out;
}

/** O(n log n): a queue of (rank, position), entries that are out of date are skipped when they come up. */
function mergeAll(
  symbols: number[],
  ranks: ReadonlyMap<number, number>,
  merged: Int32Array,
  size: number,
): readonly number[] {
  const n = symbols.length;
  const next = new Int32Array(n);
  const previous = new Int32Array(n);
  const queue: number[] = [];
  const rankAt = (position: number): number | undefined => {
    const right = next[position]!;
    return right < n ? ranks.get(symbols[position]! * size + symbols[right]!) : undefined;
  };
  const offer = (position: number) => {
    const rank = rankAt(position);
    if (rank !== undefined) pushKey(queue, rank * POSITIONS + position);
  };
  for (let i = 0; i < n; i++) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  for (let i = 0; i + 1 < n; i++) offer(i);
  while (queue.length > 0) {
    const key = popKey(queue);
    const rank = Math.floor(key / POSITIONS);
    const position = key - rank * POSITIONS;
    // next is -1 where the symbol has been taken by its left neighbour.
    if (next[position]! < 0) continue;
    const current = rankAt(position);
    if (current === undefined || merged[current] !== merged[rank]) continue;
    const right = next[position]!;
    symbols[position] = merged[rank]!;
    next[position] = next[right]!;
    next[right] = -1;
    if (next[position]! < n) previous[next[position]!] = position;
    if (previous[position]! >= 0) offer(previous[position]!);
    offer(position);
  }
  return symbols.filter((_, i) => next[i]! >= 0);
}

function pushKey(heap: number[], key: number): void {
  let i = heap.push(key) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (heap[parent]! <= key) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = key;
}

function popKey(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  const n = heap.length;
  if (n === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}
