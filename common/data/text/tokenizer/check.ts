import type { z } from 'zod';
import { didYouMean, UserError } from '../../../utils/index.js';
import { type ModelConfig, type PostProcessorConfig, type TokenizerConfig, tokenizerSchema } from './schema.js';

/** Beyond this depth nothing is nested in a real file; a deeper one would end the checks with a stack overflow. */
const maxDepth = 64;

/**
 * A tokenizer.json's content as typed parts.
 *
 * @param where the file, for messages.
 * @throws UserError naming file, key and what is allowed there.
 */
export function checkTokenizer(json: unknown, where: string): TokenizerConfig {
  const fail = (message: string): never => {
    throw new UserError(`${where}: ${message}`);
  };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail('a tokenizer is a JSON object');
  for (const key of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'] as const)
    if (depth((json as Record<string, unknown>)[key]) > maxDepth) fail(`${key} is nested deeper than ${maxDepth}`);
  const result = tokenizerSchema.safeParse(withModelType(json as Record<string, unknown>));
  if (!result.success) return fail(describe(result.error));
  const config = result.data;
  checkModel(config.model, fail);
  checkAddedTokens(config, fail);
  if (config.post_processor) checkPostProcessor(config.post_processor, fail);
  return config;
}

type Fail = (message: string) => never;

/** Old files do not say which model they hold; Rust tries one after the other. */
function withModelType(json: Record<string, unknown>): unknown {
  const model = json.model;
  if (typeof model !== 'object' || model === null || 'type' in model) return json;
  const type =
    'merges' in model
      ? 'BPE'
      : 'vocab' in model && Array.isArray(model.vocab)
        ? 'Unigram'
        : 'continuing_subword_prefix' in model
          ? 'WordPiece'
          : 'WordLevel';
  return { ...json, model: { type, ...model } };
}

function checkModel(model: ModelConfig, fail: Fail): void {
  if (model.type === 'Unigram') {
    if (model.vocab.length === 0) fail('model.vocab is empty');
    for (const [i, entry] of model.vocab.entries()) {
      const valid = Array.isArray(entry) && typeof entry[0] === 'string' && Number.isFinite(entry[1]);
      if (!valid) fail(`model.vocab[${i}] is ${show(entry)}; it must be a token and its score`);
    }
    if (model.unk_id != null && model.unk_id >= model.vocab.length)
      fail(`model.unk_id is ${model.unk_id}; the vocabulary has ${model.vocab.length} tokens`);
    return;
  }
  const owners = new Map<number, string>();
  for (const [token, id] of Object.entries(model.vocab)) {
    if (!Number.isInteger(id) || id < 0 || id > 0x7fffffff)
      fail(`model.vocab[${show(token)}] is ${show(id)}; an id is a whole number from 0 on`);
    const other = owners.get(id);
    if (other !== undefined) fail(`model.vocab gives the id ${id} to ${show(other)} and to ${show(token)}`);
    owners.set(id, token);
  }
  if (model.type === 'BPE') checkMerges(model, fail);
}

/** The two parts of a merge, written "a b" or ["a", "b"]. */
export function mergeParts(merge: unknown): readonly [string, string] | undefined {
  const parts = typeof merge === 'string' ? merge.split(' ') : merge;
  if (!Array.isArray(parts) || parts.length !== 2) return undefined;
  const [a, b]: unknown[] = parts;
  return typeof a === 'string' && typeof b === 'string' ? [a, b] : undefined;
}

function checkMerges(model: Extract<ModelConfig, { type: 'BPE' }>, fail: Fail): void {
  const { vocab } = model;
  const prefix = model.continuing_subword_prefix ?? '';
  for (const [i, merge] of model.merges.entries()) {
    const parts = mergeParts(merge);
    if (parts === undefined) fail(`model.merges[${i}] is ${show(merge)}; it must be two tokens`);
    for (const token of [...parts, parts[0] + parts[1].slice(prefix.length)])
      if (!Object.hasOwn(vocab, token))
        fail(`model.merges[${i}] needs the token ${show(token)}, which model.vocab lacks`);
  }
  const { unk_token } = model;
  if (unk_token != null && !Object.hasOwn(vocab, unk_token))
    fail(`model.unk_token is ${show(unk_token)}, which model.vocab lacks.${nearestToken(unk_token, vocab)}`);
}

function checkAddedTokens({ added_tokens, model }: TokenizerConfig, fail: Fail): void {
  const ids = new Map<string, number>();
  const entries =
    model.type === 'Unigram'
      ? model.vocab.map((entry, i): [string, number] => [(entry as [string, number])[0], i])
      : Object.entries(model.vocab);
  for (const [token, id] of entries) ids.set(token, id);
  const owners = new Map<number, string>();
  for (const [token, id] of ids) owners.set(id, token);
  for (const [i, { content, id }] of added_tokens.entries()) {
    const known = ids.get(content);
    if (known !== undefined && known !== id)
      fail(`added_tokens[${i}] (${show(content)}) has the id ${id}, but the vocabulary gives it ${known}`);
    const owner = owners.get(id);
    if (owner !== undefined && owner !== content)
      fail(`added_tokens[${i}] (${show(content)}) has the id ${id}, which belongs to ${show(owner)}`);
    ids.set(content, id);
    owners.set(id, content);
  }
}

function checkPostProcessor(config: PostProcessorConfig, fail: Fail): void {
  if (config.type === 'Sequence') for (const part of config.processors) checkPostProcessor(part, fail);
  if (config.type !== 'TemplateProcessing') return;
  for (const key of ['single', 'pair'] as const)
    for (const piece of config[key]) {
      if (!('SpecialToken' in piece)) continue;
      const { id } = piece.SpecialToken;
      if (!Object.hasOwn(config.special_tokens, id))
        fail(
          `post_processor.${key} uses ${show(id)}, which special_tokens lacks.${didYouMean(id, Object.keys(config.special_tokens))}`,
        );
    }
  const uses = (id: 'A' | 'B') => config.pair.some((piece) => 'Sequence' in piece && piece.Sequence.id === id);
  if (config.pair.length > 0 && !(uses('A') && uses('B')))
    fail('post_processor.pair must have both sequences, A and B');
}

function nearestToken(token: string, vocab: Record<string, number>): string {
  // Distances to a hundred thousand words would take a second.
  return didYouMean(token, Object.keys(vocab).slice(0, 200));
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'is not a tokenizer';
  const key = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const allowed = issue.code === 'invalid_union' && 'note' in issue ? ' (an unknown type)' : '';
  return `${key.replace(/^\./, '') || 'the file'}: ${issue.message}${allowed}`;
}

/** A value as a message shows it: JSON, cut. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function depth(value: unknown): number {
  let level = [value];
  for (let steps = 0; ; steps++) {
    level = level.flatMap((v) => (typeof v === 'object' && v !== null ? Object.values(v) : []));
    if (level.length === 0 || steps > 2 * maxDepth) return Math.ceil(steps / 2);
  }
}
