import { toByteCharacters } from './byteAlphabet.js';
import { compilePattern } from './pattern.js';
import { precompiledMap } from './precompiled.js';
import type { NormalizerConfig } from './schema.js';

/** What is done to a text before it is cut into words. */
export type Normalize = (text: string) => string;

/** Character by character, as Rust does: a sigma at a word's end stays σ. */
function lowercase(text: string): string {
  if (!text.includes('Σ')) return text.toLowerCase();
  return Array.from(text, (c) => c.toLowerCase()).join('');
}

function cleanText(text: string): string {
  return text.replace(/\p{White_Space}|\ufffd|\p{Cc}|\p{Cf}|\p{Co}/gu, (c) =>
    /[\t\n\r]|(?!\p{Cc})\p{White_Space}/u.test(c) ? ' ' : '',
  );
}

const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that Nmt removes
const nmtRemoved = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g;
const nmtSpaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

type Factory<T extends NormalizerConfig['type']> = (config: Extract<NormalizerConfig, { type: T }>) => Normalize;

const factories: { [T in NormalizerConfig['type']]: Factory<T> } = {
  NFC: () => (text) => text.normalize('NFC'),
  NFD: () => (text) => text.normalize('NFD'),
  NFKC: () => (text) => text.normalize('NFKC'),
  NFKD: () => (text) => text.normalize('NFKD'),
  Nmt: () => (text) => text.replace(nmtRemoved, '').replace(nmtSpaces, ' '),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(/\p{M}/gu, ''),
  ByteLevel: () => toByteCharacters,
  Strip:
    ({ strip_left, strip_right }) =>
    (text) => {
      const left = strip_left ? text.replace(/^\p{White_Space}+/u, '') : text;
      return strip_right ? left.slice(0, endWithoutSpace(left)) : left;
    },
  Prepend:
    ({ prepend }) =>
    (text) =>
      text === '' ? '' : prepend + text,
  Replace: ({ pattern, content }) => {
    const expression = compilePattern(pattern);
    return (text) => text.replace(expression, () => content);
  },
  Precompiled: ({ precompiled_charsmap }) => precompiledMap(precompiled_charsmap),
  BertNormalizer: (config) => (text) => {
    let out = config.clean_text ? cleanText(text) : text;
    if (config.handle_chinese_chars) out = out.replace(chinese, (c) => ` ${c} `);
    if (config.strip_accents ?? config.lowercase) out = out.normalize('NFD').replace(/\p{Mn}/gu, '');
    return config.lowercase ? lowercase(out) : out;
  },
  Sequence: ({ normalizers }) => {
    const steps = normalizers.map(createNormalizer);
    return (text) => steps.reduce((current, step) => step(current), text);
  },
};

/** From the end in a loop: `\s+$` as an expression takes quadratic time. */
function endWithoutSpace(text: string): number {
  let end = text.length;
  while (end > 0 && /\p{White_Space}/u.test(text[end - 1]!)) end--;
  return end;
}

/** @throws SyntaxError for an expression that cannot be translated, UserError for a broken character map. */
export function createNormalizer(config: NormalizerConfig): Normalize {
  // The table is typed by the key; TypeScript cannot follow that key and config belong together.
  const factory = factories[config.type] as (config: NormalizerConfig) => Normalize;
  return factory(config);
}
