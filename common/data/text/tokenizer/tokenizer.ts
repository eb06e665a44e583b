import { createHash } from 'node:crypto';
import { didYouMean, messageOf, UserError, writeFileAtomic } from '../../../utils/index.js';
import { createSplitter } from './addedTokens.js';
import { checkTokenizer, show } from './check.js';
import { createDecoder } from './decode.js';
import { createModel } from './model.js';
import { createNormalizer } from './normalize.js';
import { createPostProcessor, type PostProcess, type Sequence } from './postProcess.js';
import { createPreTokenizer } from './preTokenize.js';
import type { AddedToken } from './schema.js';

/** Words whose ids are kept: a text's words come again and again. */
const CACHED_WORDS = 1 << 17;
/** A longer word will hardly come again. */
const CACHED_LENGTH = 256;
/** Half of a surrogate pair: it has no UTF-8. */
const halfPair = /\p{Surrogate}/gu;

export interface EncodeOptions {
  /** What the file's template adds (`<s>`, `[CLS]` …). Default true. */
  addSpecialTokens?: boolean;
  /** Read a special token that stands in the text (`</s>`) as text. Default false, as in Python: it becomes the token. */
  plainText?: boolean;
  /** A second text, joined to the first as the template says. */
  pair?: string;
}

export interface Encoding {
  ids: Int32Array;
  /** 0 for the first text, 1 for the second, where the template makes the difference. */
  typeIds: Int32Array;
  tokens: readonly string[];
}

export interface DecodeOptions {
  /** Leave out special tokens. Default true. */
  skipSpecialTokens?: boolean;
}

/** Text to token ids and back, by a tokenizer.json; the ids are those of Python's `tokenizers`. */
export interface Tokenizer {
  /** One more than the largest id: the rows that an embedding needs. */
  readonly vocabSize: number;
  /** Content → id of the tokens that are marked as special. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** A hash of the file's content: part of a run's identity. */
  readonly fingerprint: string;
  /** The content of the tokenizer.json. */
  readonly json: unknown;
  encode(text: string, options?: EncodeOptions): Encoding;
  /** The ids alone: the fast way. */
  encodeIds(text: string, options?: EncodeOptions): Int32Array;
  encodeBatch(texts: Iterable<string>, options?: EncodeOptions): Encoding[];
  /** Ids that are no token are left out. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  decodeBatch(all: Iterable<Iterable<number>>, options?: DecodeOptions): string[];
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  /** @throws UserError for a token that is not in the vocabulary, with the nearest that is. */
  id(token: string): number;
  /** Writes a tokenizer.json. */
  save(path: string): Promise<void>;
}

/**
 * @param json the content of a tokenizer.json. Its sections `truncation` and `padding` are left to the batches, as in transformers.
 * @param where the file, for messages.
 * @throws UserError naming the file and the key that is broken.
 */
export function createTokenizer(json: unknown, where = 'tokenizer'): Tokenizer {
  const config = checkTokenizer(json, where);
  const part = <C, T>(key: string, section: C | null | undefined, create: (section: C) => T): T | undefined => {
    try {
      return section == null ? undefined : create(section);
    } catch (error) {
      throw new UserError(`${where}: ${key}: ${messageOf(error)}`);
    }
  };
  const normalize = part('normalizer', config.normalizer, createNormalizer);
  const preTokenize = part('pre_tokenizer', config.pre_tokenizer, createPreTokenizer);
  const model = part('model', config.model, createModel)!;
  const postProcess = part('post_processor', config.post_processor, createPostProcessor);
  const decodeChain = part('decoder', config.decoder, createDecoder);
  const split = createSplitter(config.added_tokens, normalize);
  const ordinary = config.added_tokens.filter((token) => !token.special);
  const splitPlain = ordinary.length === config.added_tokens.length ? split : createSplitter(ordinary, normalize);
  const tokens = tokensById(model.ids, config.added_tokens);
  const special = new Map(config.added_tokens.filter((token) => token.special).map(({ content, id }) => [content, id]));
  const normalizedForms = new Map<number, string>();
  if (normalize)
    for (const { id, content, normalized } of config.added_tokens)
      if (normalized) normalizedForms.set(id, normalize(content));
  const ids = new Map(model.ids);
  for (const { content, id } of config.added_tokens) ids.set(content, id);
  const cache = new Map<string, readonly number[]>();

  const idsOfWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const found = part('encode', word, model.encodeWord)!;
    if (word.length <= CACHED_LENGTH) {
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(word, found);
    }
    return found;
  };

  const idsOf = (text: string, plainText: boolean): number[] => {
    const out: number[] = [];
    for (const piece of (plainText ? splitPlain : split)(text.replace(halfPair, '\ufffd'))) {
      if ('id' in piece) out.push(piece.id);
      else {
        const words = preTokenize === undefined ? [piece.text] : preTokenize(piece.text, piece.atStart);
        for (const word of words) for (const id of idsOfWord(word)) out.push(id);
      }
    }
    return out;
  };

  const sequence = (text: string, { addSpecialTokens = true, plainText = false, pair }: EncodeOptions): Sequence => {
    const all = (pair === undefined ? [text] : [text, pair]).map((part): Sequence => {
      const found = idsOf(part, plainText);
      return { ids: found, typeIds: [] };
    });
    return finish(all, postProcess, addSpecialTokens);
  };

  let fingerprint: string | undefined;
  const tokenizer: Tokenizer = {
    vocabSize: tokens.length,
    specialTokens: special,
    get fingerprint() {
      fingerprint ??= createHash('sha256').update(JSON.stringify(json)).digest('hex');
      return fingerprint;
    },
    json,
    encode(text, options = {}) {
      const result = sequence(text, options);
      const found = Int32Array.from(result.ids);
      return { ids: found, typeIds: Int32Array.from(result.typeIds), tokens: result.ids.map((id) => tokens[id] ?? '') };
    },
    encodeIds: (text, options = {}) => Int32Array.from(sequence(text, options).ids),
    encodeBatch: (texts, options) => Array.from(texts, (text) => tokenizer.encode(text, options)),
    decode(list, { skipSpecialTokens = true } = {}) {
      const found: string[] = [];
      for (const id of list) {
        const token = normalizedForms.get(id) ?? tokens[id];
        if (token !== undefined && !(skipSpecialTokens && special.has(token))) found.push(token);
      }
      return decodeChain === undefined ? found.join(' ') : decodeChain(found).join('');
    },
    decodeBatch: (all, options) => Array.from(all, (list) => tokenizer.decode(list, options)),
    tokenToId: (token) => ids.get(token),
    idToToken: (id) => tokens[id],
    id(token) {
      const id = ids.get(token);
      if (id !== undefined) return id;
      throw new UserError(`${where}: the vocabulary has no token ${show(token)}.${didYouMean(token, special.keys())}`);
    },
    save: (path) => writeFileAtomic(path, `${JSON.stringify(json, null, 2)}\n`),
  };
  return tokenizer;
}

function finish(
  sequences: readonly Sequence[],
  postProcess: PostProcess | undefined,
  addSpecialTokens: boolean,
): Sequence {
  const typed = sequences.map(({ ids }, i) => ({ ids, typeIds: ids.map(() => i) }));
  const parts = postProcess === undefined ? typed : postProcess(typed, addSpecialTokens);
  return { ids: parts.flatMap(({ ids }) => ids), typeIds: parts.flatMap(({ typeIds }) => typeIds) };
}

function tokensById(ids: ReadonlyMap<string, number>, added: readonly AddedToken[]): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  let largest = -1;
  for (const id of ids.values()) largest = Math.max(largest, id);
  for (const { id } of added) largest = Math.max(largest, id);
  tokens.length = largest + 1;
  for (const [token, id] of ids) tokens[id] = token;
  for (const { content, id } of added) tokens[id] = content;
  return tokens;
}
