import { z } from 'zod';

/**
 * The parts of a tokenizer.json, as Rust's `tokenizers` 0.23 writes and reads them (its serde types are the source). Keys that are not
 * known are left alone, as there. What depends on several parts (ids, merges, templates) is checked in check.ts.
 */
const character = z.string().refine((text) => [...text].length === 1, 'one character');
const id = z.int().min(0).max(0x7fffffff);
const pattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);
const behavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']);

export const addedTokenSchema = z.object({
  id,
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});

const bertNormalizer = z.object({
  type: z.literal('BertNormalizer'),
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean(),
});

export const normalizerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('NFC') }),
  z.object({ type: z.literal('NFD') }),
  z.object({ type: z.literal('NFKC') }),
  z.object({ type: z.literal('NFKD') }),
  z.object({ type: z.literal('Nmt') }),
  z.object({ type: z.literal('Lowercase') }),
  z.object({ type: z.literal('StripAccents') }),
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal('Prepend'), prepend: z.string() }),
  z.object({ type: z.literal('Replace'), pattern, content: z.string() }),
  z.object({ type: z.literal('Precompiled'), precompiled_charsmap: z.base64() }),
  bertNormalizer,
  z.object({
    type: z.literal('Sequence'),
    get normalizers() {
      return z.array(normalizerSchema);
    },
  }),
]);

export const preTokenizerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean(),
    trim_offsets: z.boolean().default(true),
    use_regex: z.boolean().default(true),
  }),
  z.object({ type: z.literal('Whitespace') }),
  z.object({ type: z.literal('WhitespaceSplit') }),
  z.object({ type: z.literal('BertPreTokenizer') }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: character,
    add_prefix_space: z.boolean().optional(),
    prepend_scheme: z.enum(['always', 'first', 'never']).default('always'),
    split: z.boolean().nullish(),
  }),
  z.object({ type: z.literal('CharDelimiterSplit'), delimiter: character }),
  z.object({ type: z.literal('Split'), pattern, behavior, invert: z.boolean() }),
  z.object({ type: z.literal('Punctuation'), behavior: behavior.default('Isolated') }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.object({ type: z.literal('FixedLength'), length: z.int().min(1).default(5) }),
  z.object({
    type: z.literal('Sequence'),
    get pretokenizers() {
      return z.array(preTokenizerSchema);
    },
  }),
]);

const piece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: id }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: id }) }),
]);
const tokenAndId = z.tuple([z.string(), id]);

export const postProcessorSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(piece),
    pair: z.array(piece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(id), tokens: z.array(z.string()) })),
  }),
  z.object({ type: z.literal('BertProcessing'), sep: tokenAndId, cls: tokenAndId }),
  z.object({ type: z.literal('RobertaProcessing'), sep: tokenAndId, cls: tokenAndId }),
  z.object({
    type: z.literal('Sequence'),
    get processors() {
      return z.array(postProcessorSchema);
    },
  }),
]);

export const decoderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.literal('ByteFallback') }),
  z.object({ type: z.literal('Fuse') }),
  z.object({ type: z.literal('WordPiece'), prefix: z.string(), cleanup: z.boolean() }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: character,
    add_prefix_space: z.boolean().optional(),
    prepend_scheme: z.enum(['always', 'first', 'never']).default('always'),
  }),
  z.object({ type: z.literal('BPEDecoder'), suffix: z.string() }),
  z.object({
    type: z.literal('CTC'),
    pad_token: z.string(),
    word_delimiter_token: z.string(),
    cleanup: z.boolean(),
  }),
  z.object({ type: z.literal('Replace'), pattern, content: z.string() }),
  z.object({ type: z.literal('Strip'), content: character, start: z.int().min(0), stop: z.int().min(0) }),
  z.object({
    type: z.literal('Sequence'),
    get decoders() {
      return z.array(decoderSchema);
    },
  }),
]);

/** Vocabulary and merges may have a hundred thousand entries: check.ts looks at them in plain loops. */
const vocab = z.custom<Record<string, number>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object of token → id',
);

export const modelSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('BPE'),
    dropout: z.number().min(0).max(1).nullish(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    fuse_unk: z.boolean().nullish(),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
    vocab,
    merges: z.custom<readonly unknown[]>((value) => Array.isArray(value), 'a list of merges'),
  }),
  z.object({
    type: z.literal('WordPiece'),
    unk_token: z.string().default('[UNK]'),
    continuing_subword_prefix: z.string().default('##'),
    max_input_chars_per_word: z.int().min(1).default(100),
    vocab,
  }),
  z.object({ type: z.literal('WordLevel'), unk_token: z.string().default('<unk>'), vocab }),
  z.object({
    type: z.literal('Unigram'),
    unk_id: id.nullish(),
    byte_fallback: z.boolean().nullish(),
    vocab: z.custom<readonly unknown[]>((value) => Array.isArray(value), 'a list of [token, score]'),
  }),
]);

export const tokenizerSchema = z.object({
  version: z.literal('1.0').default('1.0'),
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: normalizerSchema.nullish(),
  pre_tokenizer: preTokenizerSchema.nullish(),
  post_processor: postProcessorSchema.nullish(),
  decoder: decoderSchema.nullish(),
  model: modelSchema,
});

export type AddedToken = z.infer<typeof addedTokenSchema>;
export type NormalizerConfig = z.infer<typeof normalizerSchema>;
export type PreTokenizerConfig = z.infer<typeof preTokenizerSchema>;
export type PostProcessorConfig = z.infer<typeof postProcessorSchema>;
export type DecoderConfig = z.infer<typeof decoderSchema>;
export type ModelConfig = z.infer<typeof modelSchema>;
export type TokenizerConfig = z.infer<typeof tokenizerSchema>;
export type PatternConfig = z.infer<typeof pattern>;
export type SplitBehavior = z.infer<typeof behavior>;
