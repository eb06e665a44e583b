// A Seq2Seq as a model that writes: its two ONNX files (encoder, decoder step), and the caches that they read, kept here.
import { readFileSync } from 'node:fs';
import { type LoadedModel, loadOnnx } from '../backend/index.js';
import { cacheNames, exportDecoder, exportEncoder, type Seq2Seq } from '../models/index.js';
import { UserError } from '../utils/index.js';
import { CacheRows } from './cacheRows.js';
import { likeliest } from './likeliest.js';
import type { Candidates, DecodingState, SequenceModel } from './sequenceModel.js';

/** Caches grow by so many places at once. */
const STEP = 8;
/** Sources are encoded together while they have no more tokens than this, padding included. */
const ENCODED_TOKENS = 4096;

export interface CachedModel extends SequenceModel {
  dispose(): void;
}

interface Sizes {
  layers: number;
  heads: number;
  width: number;
  vocabulary: number;
  pad: number;
  bos: number;
  eos: number;
  maxLength: number;
}

/**
 * A trained Seq2Seq, as its weights now are, ready to write: each step computes the new token alone, and the keys and values of those before it
 * come from a cache. The weights are copied into ONNX files in memory; the decoder is compiled once for each number of candidates, and serves
 * every batch and length.
 *
 * @param maxLength tokens of the longest source or text. Default 1024.
 */
export function cachedModel(
  model: Seq2Seq,
  special: { pad: number; bos: number; eos: number; maxLength?: number },
): CachedModel {
  const encoder = loadOnnx(exportEncoder(model, special));
  const decoders = new Map<number, LoadedModel>();
  const sizes = sizesOf(encoder, 'the encoder');
  return sequenceModel(sizes, encoder, (candidates) => {
    const whole = candidates >= sizes.vocabulary;
    const key = whole ? sizes.vocabulary : candidates;
    const known = decoders.get(key);
    if (known !== undefined) return known;
    const made = loadOnnx(exportDecoder(model, { ...special, ...(!whole && { candidates }) }));
    decoders.set(key, made);
    return made;
  }, () => {
    encoder.dispose();
    for (const decoder of decoders.values()) decoder.dispose();
  }); // biome-ignore format: one call
}

/**
 * The same from files that `exportEncoder` and `exportDecoder` wrote.
 *
 * @throws UserError where they are not such files, or do not say their special tokens.
 */
export function loadCachedModel(encoderPath: string, decoderPath: string): CachedModel {
  const encoder = loadOnnx(readFileSync(encoderPath));
  const decoder = loadOnnx(readFileSync(decoderPath));
  const sizes = sizesOf(encoder, encoderPath);
  sizesOf(decoder, decoderPath);
  return sequenceModel(
    sizes,
    encoder,
    () => decoder,
    () => {
      encoder.dispose();
      decoder.dispose();
    },
  );
}

function sizesOf({ metadata }: LoadedModel, where: string): Sizes {
  const read = (key: string): number => {
    const value = Number(metadata[key]);
    if (metadata[key] === undefined || !Number.isInteger(value))
      throw new UserError(`${where} does not say "${key}" in its metadata: it is no exported encoder or decoder.`);
    return value;
  };
  const [layers, heads, width, vocabulary] = ['layers', 'heads', 'width', 'vocabulary'].map(read) as [number, number, number, number]; // biome-ignore format: four
  const [pad, bos, eos, maxLength] = ['pad', 'bos', 'eos', 'max_length'].map(read) as [number, number, number, number];
  return { layers, heads, width, vocabulary, pad, bos, eos, maxLength };
}

function sequenceModel(
  sizes: Sizes,
  encoder: LoadedModel,
  decoderOf: (candidates: number) => LoadedModel,
  dispose: () => void,
): CachedModel {
  const { vocabulary, bos, eos, maxLength } = sizes;
  const start = (candidates: number) => new CachedState(sizes, encoder, decoderOf(candidates), candidates);
  return { vocabulary, bos, eos, maxLength, start, dispose };
}

class CachedState implements DecodingState {
  private readonly sizes: Sizes;
  private readonly encoder: LoadedModel;
  private readonly decoder: LoadedModel;
  private readonly candidates: number;
  private readonly memory: { name: string; cache: CacheRows }[] = [];
  private readonly past: { name: string; own: string; cache: CacheRows }[] = [];
  private sources: Int32Array[] = [];
  private positions: number[] = [];

  constructor(sizes: Sizes, encoder: LoadedModel, decoder: LoadedModel, candidates: number) {
    this.sizes = sizes;
    this.encoder = encoder;
    this.decoder = decoder;
    this.candidates = candidates;
    const cache = () => new CacheRows(sizes.heads, sizes.width);
    for (let i = 0; i < sizes.layers; i++) {
      const names = cacheNames(i);
      for (const kind of ['keys', 'values'] as const) {
        this.memory.push({ name: names.memory[kind], cache: cache() });
        this.past.push({ name: names.past[kind], own: names.own[kind], cache: cache() });
      }
    }
  }

  get rows(): number {
    return this.sources.length;
  }

  add(sources: readonly ArrayLike<number>[]): void {
    const added = sources.map((source) => {
      if (source.length > this.sizes.maxLength)
        throw new UserError(
          `A source of ${source.length} tokens is longer than the ${this.sizes.maxLength} that the model has positions for: cut it in pieces.`,
        );
      // A source without a token is one of padding alone.
      return Int32Array.from(source.length === 0 ? [this.sizes.pad] : Array.from(source));
    });
    const first = this.rows;
    this.sources.push(...added);
    this.positions.push(...added.map(() => 0));
    this.fit();
    for (const { cache } of [...this.memory, ...this.past]) cache.addRows(added.length);
    for (let from = 0; from < added.length; ) {
      let width = 0;
      let to = from;
      for (; to < added.length; to++) {
        const next = Math.max(width, added[to]!.length);
        if (to > from && next * (to - from + 1) > ENCODED_TOKENS) break;
        width = next;
      }
      this.encode(added.slice(from, to), width, first + from);
      from = to;
    }
  }

  step(tokens: Int32Array): Candidates {
    const { rows, sizes } = this;
    if (tokens.length !== rows) throw new Error(`${tokens.length} tokens for ${rows} rows`);
    const position = Int32Array.from(this.positions);
    const { furthest, room } = this.need();
    if (furthest >= sizes.maxLength) throw new Error(`a text of more than ${sizes.maxLength} tokens`);
    if (room > this.past[0]!.cache.length) for (const { cache } of this.past) cache.resize(room);
    const width = this.memory[0]!.cache.length;
    const source = new Int32Array(rows * width).fill(sizes.pad);
    for (const [r, ids] of this.sources.entries()) source.set(ids, r * width);
    const result = this.decoder.run({
      token: { data: tokens, shape: [rows] },
      position: { data: position, shape: [rows] },
      source: { data: source, shape: [rows, width] },
      ...Object.fromEntries(
        [...this.memory, ...this.past].map(({ name, cache }) => [name, { data: cache.data, shape: cache.shape }]),
      ),
    });
    for (const { own, cache } of this.past) cache.writePlaces(position, floats(result[own]?.data, own));
    for (let r = 0; r < rows; r++) this.positions[r]!++;
    const all = result.log_probabilities;
    if (all !== undefined) return likeliest(floats(all.data, 'log_probabilities'), rows, this.candidates);
    const ids = result.ids?.data;
    if (!(ids instanceof Int32Array)) throw new Error('the decoder gives neither log_probabilities nor ids');
    return { count: this.candidates, ids, scores: floats(result.scores?.data, 'scores') };
  }

  select(from: ArrayLike<number>): void {
    const chosen = Array.from(from);
    this.sources = chosen.map((row) => this.sources[row]!);
    this.positions = chosen.map((row) => this.positions[row]!);
    for (const { cache } of [...this.memory, ...this.past]) cache.select(from);
    this.fit();
  }

  /** Caches are as long as the longest row needs. */
  private fit(): void {
    const longest = this.sources.reduce((most, { length }) => Math.max(most, length), 1);
    const width = STEP * Math.ceil(longest / STEP);
    for (const { cache } of this.memory) cache.resize(width);
    const { room } = this.need();
    // Not for one step of places, which the next row may want again.
    const length = this.past[0]?.cache.length ?? 0;
    if (room > length || room < length - STEP) for (const { cache } of this.past) cache.resize(room);
  }

  /** The place of the longest text's next token, and the places that caches need for it. */
  private need(): { furthest: number; room: number } {
    const furthest = this.positions.reduce((a, b) => Math.max(a, b), 0);
    return { furthest, room: Math.min(this.sizes.maxLength, STEP * Math.ceil((furthest + 1) / STEP)) };
  }

  private encode(sources: readonly Int32Array[], width: number, row: number): void {
    const { heads, width: features, pad } = this.sizes;
    const ids = new Int32Array(sources.length * width).fill(pad);
    for (const [i, source] of sources.entries()) ids.set(source, i * width);
    const result = this.encoder.run({ source: { data: ids, shape: [sources.length, width] } });
    for (const { name, cache } of this.memory) {
      const data = floats(result[name]?.data, name);
      for (let i = 0; i < sources.length; i++) cache.writeRow(row + i, data, i * heads * width * features, width);
    }
  }
}

function floats(data: unknown, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error(`the model gives no float32 "${name}"`);
}
