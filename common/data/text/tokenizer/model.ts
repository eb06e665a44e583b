import { Unigram, WordPiece } from '@huggingface/tokenizers';
import { UserError } from '../../../utils/index.js';
import { byteTokens, createBpeModel } from './bpeModel.js';
import { show } from './check.js';
import type { ModelConfig } from './schema.js';

/** Turns one word of the pre-tokenizer into token ids. */
export interface WordModel {
  readonly ids: ReadonlyMap<string, number>;
  /** @throws UserError for a word without an id where the model has no token for what is unknown. */
  encodeWord(word: string): readonly number[];
}

const factories: { [T in ModelConfig['type']]: (config: Extract<ModelConfig, { type: T }>) => WordModel } = {
  BPE: createBpeModel,
  WordPiece: (config) => {
    const model = new WordPiece(config);
    const ids = new Map(Object.entries(config.vocab));
    return { ids, encodeWord: (word) => model.encode([word]).map((token) => idOf(token, ids, config.unk_token)) };
  },
  WordLevel: (config) => {
    const ids = new Map(Object.entries(config.vocab));
    return { ids, encodeWord: (word) => [idOf(word, ids, config.unk_token)] };
  },
  Unigram: (config) => {
    // checkTokenizer has seen that every entry is a token and its score.
    const vocab = config.vocab as [string, number][];
    const unknown = config.unk_id == null ? undefined : vocab[config.unk_id]?.[0];
    const model = new Unigram({ ...config, unk_id: config.unk_id ?? -1, vocab }, '');
    const ids = new Map(vocab.map(([token], i) => [token, i]));
    const encoder = new TextEncoder();
    const piece = (token: string): number[] => {
      const bytes = config.byte_fallback && !ids.has(token) ? byteTokens(encoder.encode(token), ids) : undefined;
      return bytes ?? [idOf(token, ids, unknown)];
    };
    return { ids, encodeWord: (word) => model._call([word]).flatMap(piece) };
  },
};

function idOf(token: string, ids: ReadonlyMap<string, number>, unknown: string | undefined): number {
  const id = ids.get(token) ?? (unknown === undefined ? undefined : ids.get(unknown));
  if (id !== undefined) return id;
  throw new UserError(
    `the tokenizer's vocabulary lacks ${show(token)}, and ${unknown === undefined ? 'it has no token for what is unknown' : `its unk_token ${show(unknown)} as well`}`,
  );
}

export function createModel(config: ModelConfig): WordModel {
  // The table is typed by the key; TypeScript cannot follow that key and config belong together.
  const factory = factories[config.type] as (config: ModelConfig) => WordModel;
  return factory(config);
}
