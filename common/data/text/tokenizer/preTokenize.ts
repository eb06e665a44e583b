import { toByteCharacters } from './byteAlphabet.js';
import { compilePattern, splitBy } from './pattern.js';
import type { PreTokenizerConfig, SplitBehavior } from './schema.js';

/**
 * Cuts a normalised text into the words that the model sees one by one. `atStart`: the text begins where the original does.
 *
 * Written here and not taken from @huggingface/tokenizers, whose words differ from Python's: its `Whitespace`, `Digits` and byte-level
 * expressions know ASCII or JavaScript's idea of a space only, `Metaspace` does not split, `Split` and `Punctuation` ignore the behavior.
 */
export type PreTokenize = (text: string, atStart: boolean) => string[];

/** GPT-2's expression with Unicode's White_Space for `\s` (JavaScript's adds U+FEFF and lacks U+0085). */
const gpt2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
/** Rust's `\w+|[^\w\s]+`. */
const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const words = new RegExp(`[${word}]+|[^${word}\\p{White_Space}]+`, 'gu');
const space = /\p{White_Space}/gu;
const punctuation = /[!-/:-@[-`{-~\p{P}]/gu;
const numeric = /\p{N}/gu;

/** Words come again and again: their bytes are written once. */
const KNOWN_WORDS = 1 << 16;
const known = new Map<string, string>();
function byteCharactersOf(word: string): string {
  const found = known.get(word);
  if (found !== undefined) return found;
  const made = toByteCharacters(word);
  if (word.length > 64) return made;
  if (known.size >= KNOWN_WORDS) known.clear();
  known.set(word, made);
  return made;
}

const at =
  (expression: RegExp, behavior: SplitBehavior, invert = false): PreTokenize =>
  (text) =>
    splitBy(text, expression, behavior, invert);

const matches =
  (expression: RegExp): PreTokenize =>
  (text) =>
    text.match(expression) ?? [];

type Factory<T extends PreTokenizerConfig['type']> = (config: Extract<PreTokenizerConfig, { type: T }>) => PreTokenize;

const factories: { [T in PreTokenizerConfig['type']]: Factory<T> } = {
  ByteLevel:
    ({ add_prefix_space, use_regex }) =>
    (text) => {
      const whole = add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text;
      return (use_regex ? (whole.match(gpt2) ?? []) : [whole]).map(byteCharactersOf);
    },
  Whitespace: () => matches(words),
  WhitespaceSplit: () => at(space, 'Removed'),
  BertPreTokenizer: () => (text) =>
    splitBy(text, space, 'Removed').flatMap((part) => splitBy(part, punctuation, 'Isolated')),
  Metaspace: ({ replacement, prepend_scheme, add_prefix_space, split }) => {
    const scheme = add_prefix_space === false ? 'never' : prepend_scheme;
    const expression = compilePattern({ String: replacement });
    return (text, atStart) => {
      const marked = text.replaceAll(' ', () => replacement);
      const prepend = scheme === 'always' || (scheme === 'first' && atStart);
      const whole = prepend && !marked.startsWith(replacement) ? replacement + marked : marked;
      return split === false ? [whole] : splitBy(whole, expression, 'MergedWithNext');
    };
  },
  CharDelimiterSplit: ({ delimiter }) => at(compilePattern({ String: delimiter }), 'Removed'),
  Split: ({ pattern, behavior, invert }) => at(compilePattern(pattern), behavior, invert),
  Punctuation: ({ behavior }) => at(punctuation, behavior),
  Digits: ({ individual_digits }) => at(numeric, individual_digits ? 'Isolated' : 'Contiguous'),
  FixedLength:
    ({ length }) =>
    (text) => {
      const characters = [...text];
      const out: string[] = [];
      for (let i = 0; i < characters.length; i += length) out.push(characters.slice(i, i + length).join(''));
      return out;
    },
  Sequence: ({ pretokenizers }) => {
    const steps = pretokenizers.map(createPreTokenizer);
    return (text, atStart) =>
      steps.reduce(
        (parts, step) => parts.flatMap((part, i) => step(part, atStart && i === 0 && text.startsWith(part))),
        [text],
      );
  },
};

/** @throws SyntaxError for an expression that cannot be translated. */
export function createPreTokenizer(config: PreTokenizerConfig): PreTokenize {
  // The table is typed by the key; TypeScript cannot follow that key and config belong together.
  const factory = factories[config.type] as (config: PreTokenizerConfig) => PreTokenize;
  return factory(config);
}
