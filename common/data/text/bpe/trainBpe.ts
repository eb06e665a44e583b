import { UserError } from '../../../utils/index.js';
import { byteAlphabet } from '../tokenizer/byteAlphabet.js';
import { createNormalizer } from '../tokenizer/normalize.js';
import { createPreTokenizer } from '../tokenizer/preTokenize.js';
import { normalizerSchema, preTokenizerSchema } from '../tokenizer/schema.js';
import { createTokenizer, type Tokenizer } from '../tokenizer/tokenizer.js';
import { learnMerges } from './learnMerges.js';
import { parseTemplate } from './template.js';
import { countWords } from './wordCounts.js';

export interface BpeProgress {
  stage: 'count words' | 'merge';
  /** Texts read, or tokens in the vocabulary. */
  done: number;
  /** The vocabulary's size; unknown while the texts are counted. */
  total: number | undefined;
}

export interface TrainBpeOptions {
  /** Tokens at most, special tokens and alphabet among them. */
  vocabSize: number;
  /** A pair that comes less often is not merged. Default 2. */
  minFrequency?: number;
  /** The first ids, in this order; `<unk>` must be one of them where `unkToken` names it. Default none. */
  specialTokens?: readonly string[];
  /** What characters outside the alphabet become. Not needed with 'byteLevel'. */
  unkToken?: string;
  /**
   * How a text is cut into words, which no token crosses. Default 'byteLevel': GPT-2's expression over UTF-8 bytes, so that every text can
   * be written. 'whitespace': words and punctuation, the spaces are lost. 'metaspace': SentencePiece's ▁ before each word. Or a
   * pre-tokenizer of a tokenizer.json.
   */
  preTokenizer?: 'byteLevel' | 'whitespace' | 'metaspace' | { type: string; [key: string]: unknown };
  /** 'byteLevel' only: a space before the text's first word, so that it is the same token as in mid-sentence. Default false. */
  addPrefixSpace?: boolean;
  /** What is done to a text first: a name ('nfc', 'nfkc', 'lowercase', 'strip' …) or several in turn, or a normalizer of a tokenizer.json. */
  normalizer?: NormalizerName | readonly NormalizerName[] | { type: string; [key: string]: unknown };
  /** What `encode` adds: `'<s> $A </s>'`, and for two texts `'<s> $A </s> $B:1 </s>:1'`. Default nothing. */
  template?: { single: string; pair?: string };
  /** Characters that are tokens whether they come or not. Default: the 256 bytes with 'byteLevel', else none. */
  initialAlphabet?: readonly string[];
  limitAlphabet?: number;
  endOfWordSuffix?: string;
  maxTokenLength?: number;
  /** Distinct words kept in memory at most; above it the rarest are forgotten. Default no limit. */
  maxWords?: number;
  onProgress?: (progress: BpeProgress) => void;
}

export type NormalizerName = keyof typeof normalizers;
const normalizers = {
  nfc: { type: 'NFC' },
  nfd: { type: 'NFD' },
  nfkc: { type: 'NFKC' },
  nfkd: { type: 'NFKD' },
  lowercase: { type: 'Lowercase' },
  stripAccents: { type: 'StripAccents' },
  strip: { type: 'Strip', strip_left: true, strip_right: true },
} as const;

/**
 * Trains a byte-pair vocabulary and gives the tokenizer; `tokenizer.save(path)` writes the tokenizer.json, which Python's `tokenizers`
 * reads. Vocabulary and merges are those of Python's `BpeTrainer` on the same texts and options. The texts are read once, as a stream.
 *
 * @throws UserError for options that contradict each other.
 */
export async function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions,
): Promise<Tokenizer> {
  const { specialTokens = [], unkToken, vocabSize, minFrequency = 2, onProgress, endOfWordSuffix } = options;
  check(options);
  const stages = stagesOf(options);
  const initialAlphabet = options.initialAlphabet ?? (stages.byteLevel ? byteAlphabet : []);
  const least = new Set([...specialTokens, ...initialAlphabet]).size;
  if (vocabSize < least)
    throw new UserError(
      `trainBpe: vocabSize is ${vocabSize}, but special tokens and alphabet alone are ${least} (of these ${initialAlphabet.length} characters)`,
    );
  const normalize = stages.normalizer === null ? undefined : createNormalizer(stages.normalizer);
  const preTokenize = createPreTokenizer(stages.preTokenizer);
  const counts = await countWords(texts, (text) => preTokenize(normalize?.(text) ?? text, true), {
    maxWords: options.maxWords,
    onProgress: (done) => onProgress?.({ stage: 'count words', done, total: undefined }),
  });
  const { vocab, merges } = learnMerges(counts, {
    ...options,
    minFrequency,
    specialTokens,
    initialAlphabet,
    onProgress: (done) => onProgress?.({ stage: 'merge', done, total: vocabSize }),
  });
  return createTokenizer(
    {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: vocab.slice(0, new Set(specialTokens).size).map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: stages.normalizer,
      pre_tokenizer: stages.preTokenizer,
      post_processor: options.template === undefined ? null : parseTemplate(options.template, vocab),
      decoder: stages.decoder,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: unkToken ?? null,
        continuing_subword_prefix: null,
        end_of_word_suffix: endOfWordSuffix ?? null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
        merges,
      },
    },
    'trainBpe',
  );
}

function check({ vocabSize, minFrequency = 2, specialTokens = [], unkToken, maxWords = 1 }: TrainBpeOptions): void {
  for (const [name, value] of Object.entries({ vocabSize, minFrequency, maxWords }))
    if (!(Number.isInteger(value) && value >= (name === 'minFrequency' ? 0 : 1)))
      throw new UserError(`trainBpe: ${name} is ${value}; it must be a whole number`);
  if (specialTokens.includes('')) throw new UserError('trainBpe: a special token is empty');
  if (unkToken !== undefined && !specialTokens.includes(unkToken))
    throw new UserError(`trainBpe: unkToken "${unkToken}" is not one of specialTokens (${specialTokens.join(' ')})`);
}

function stagesOf({
  preTokenizer = 'byteLevel',
  normalizer,
  addPrefixSpace = false,
  endOfWordSuffix,
}: TrainBpeOptions) {
  const named = {
    byteLevel: { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true },
    whitespace: { type: 'Whitespace' },
    metaspace: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  } as const;
  const pre = parse(
    'preTokenizer',
    preTokenizerSchema,
    typeof preTokenizer === 'string' ? named[preTokenizer] : preTokenizer,
  );
  const first =
    normalizer === undefined
      ? null
      : typeof normalizer === 'string'
        ? normalizers[normalizer]
        : Array.isArray(normalizer)
          ? { type: 'Sequence', normalizers: normalizer.map((name: NormalizerName) => normalizers[name]) }
          : normalizer;
  const last = pre.type === 'Sequence' ? pre.pretokenizers.at(-1) : pre;
  const byteLevel = last?.type === 'ByteLevel';
  const decoder = byteLevel
    ? { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true }
    : last?.type === 'Metaspace'
      ? { type: 'Metaspace', replacement: last.replacement, prepend_scheme: last.prepend_scheme, split: true }
      : endOfWordSuffix !== undefined
        ? { type: 'BPEDecoder', suffix: endOfWordSuffix }
        : null;
  return { preTokenizer: pre, normalizer: first && parse('normalizer', normalizerSchema, first), byteLevel, decoder };
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly { message: string }[] } };
}

function parse<T>(option: string, schema: Schema<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(`trainBpe: ${option}: ${result.error.issues[0]?.message ?? 'not understood'}`);
}
