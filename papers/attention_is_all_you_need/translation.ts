// From lines of text to lines of text, with a trained model.
import type { Tokenizer } from 'common/data';
import { streamDecode } from 'common/data';
import { beamSearch, type ChoiceOptions, greedy, type SequenceModel, sample, streamTokens } from 'common/decoding';
import { encode, special } from './pairs.js';
import type { Config } from './schema.js';

export interface TranslateOptions {
  /** Default 1: greedy decoding. */
  beams?: number;
  lengthPenalty?: number;
  /** Draw the tokens instead of searching for the likeliest text. */
  choice?: ChoiceOptions;
  /** Tokens that a translation may have more than its source. Default 50. */
  extraTokens?: number;
  /** Longer lines are translated in pieces. Default: what the model has positions for. */
  maxLength?: number;
  onProgress?: (done: number, total: number) => void;
}

/** The ids of a line, cut into pieces that the model can take: none for an empty line. */
export function piecesOf(tokenizer: Tokenizer, line: string, maxLength: number): Int32Array[] {
  return splitText(line.trim(), (text) => encode(tokenizer, text).length < maxLength).map((text) => {
    const ids = encode(tokenizer, text).subarray(0, maxLength - 1);
    return Int32Array.of(...ids, special.eos);
  });
}

/** A text in pieces that fit: whole sentences as long as they do, else at spaces, else anywhere between two characters. */
export function splitText(text: string, fits: (text: string) => boolean): string[] {
  if (text === '') return [];
  if (fits(text)) return [text];
  for (const parts of [text.split(/(?<=[.!?。！？…])\s+/u), text.split(/\s+/u), Array.from(text)]) {
    if (parts.length < 2) continue;
    const join = parts.length === Array.from(text).length ? '' : ' ';
    const middle = Math.ceil(parts.length / 2);
    return [parts.slice(0, middle), parts.slice(middle)].flatMap((half) => splitText(half.join(join), fits));
  }
  return [text];
}

/** A translation of every line; of an empty line, an empty one. */
export function translateLines(
  model: SequenceModel,
  tokenizer: Tokenizer,
  lines: readonly string[],
  options: TranslateOptions = {},
): string[] {
  const { beams = 1, lengthPenalty, choice, extraTokens = 50, maxLength = model.maxLength, onProgress } = options;
  const pieces = lines.flatMap((line, index) => piecesOf(tokenizer, line, maxLength).map((ids) => ({ index, ids })));
  const sources = pieces.map(({ ids }) => ids);
  let done = 0;
  const shared = {
    maxTokens: (length: number) => length + extraTokens,
    onEnd: () => onProgress?.(++done, sources.length),
  };
  const texts =
    choice !== undefined
      ? sample(model, sources, { ...shared, ...choice })
      : beams === 1
        ? greedy(model, sources, shared)
        : beamSearch(model, sources, { ...shared, beams, lengthPenalty }).map(
            ([best]) => best?.tokens ?? new Int32Array(),
          );
  const found = lines.map((): string[] => []);
  for (const [i, { index }] of pieces.entries()) found[index]?.push(tokenizer.decode(texts[i] ?? []).trim());
  return found.map((parts) => parts.join(' '));
}

/** The translation of one line in pieces, as it is written. */
export async function* streamLine(
  model: SequenceModel,
  tokenizer: Tokenizer,
  line: string,
  { choice, extraTokens = 50, maxLength = model.maxLength }: TranslateOptions = {},
): AsyncGenerator<string> {
  let begun = false;
  for (const ids of piecesOf(tokenizer, line, maxLength)) {
    if (begun) yield ' ';
    let first = true;
    const tokens = streamTokens(model, ids, { choice, maxTokens: (length) => length + extraTokens });
    for await (const text of streamDecode(tokenizer, tokens)) {
      yield first ? text.trimStart() : text;
      first = false;
    }
    begun = true;
  }
}

export const searchOf = ({ search, data }: Pick<Config, 'search' | 'data'>): TranslateOptions => ({
  ...search,
  maxLength: data.maxLength,
});
