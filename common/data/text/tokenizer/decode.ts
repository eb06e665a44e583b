import { byteOfCharacter } from './byteAlphabet.js';
import { compilePattern } from './pattern.js';
import type { DecoderConfig } from './schema.js';

/** Tokens to the parts of a text; the parts are joined without a space. Follows the decoders of Rust's tokenizers. */
export type DecodeChain = (tokens: readonly string[]) => string[];

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();

/** Spaces before English punctuation and clitics, as BERT's and the CTC decoder remove them. */
export function cleanUp(text: string): string {
  return text
    .replaceAll(' .', '.')
    .replaceAll(' ?', '?')
    .replaceAll(' !', '!')
    .replaceAll(' ,', ',')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

/** The bytes that a byte-level token stands for; a token with other characters stands for its own UTF-8. */
export function bytesOfToken(token: string): Iterable<number> {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) return encoder.encode(token);
    bytes.push(byte);
  }
  return bytes;
}

function byteFallback(tokens: readonly string[]): string[] {
  const out: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      out.push(strictUtf8.decode(Uint8Array.from(bytes)));
    } catch {
      out.push(...bytes.map(() => '\ufffd'));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9a-f]{2})>$/i.exec(token)?.[1];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      flush();
      out.push(token);
    }
  }
  flush();
  return out;
}

type Factory<T extends DecoderConfig['type']> = (config: Extract<DecoderConfig, { type: T }>) => DecodeChain;

const factories: { [T in DecoderConfig['type']]: Factory<T> } = {
  ByteLevel: () => (tokens) => {
    const bytes: number[] = [];
    for (const token of tokens) for (const byte of bytesOfToken(token)) bytes.push(byte);
    return [utf8.decode(Uint8Array.from(bytes))];
  },
  ByteFallback: () => byteFallback,
  Fuse: () => (tokens) => [tokens.join('')],
  WordPiece: ({ prefix, cleanup }) => {
    return (tokens) =>
      tokens.map((token, i) => {
        const text = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
        return cleanup ? cleanUp(text) : text;
      });
  },
  Metaspace: ({ replacement, add_prefix_space, prepend_scheme }) => {
    const strip = add_prefix_space !== false && prepend_scheme !== 'never';
    return (tokens) => tokens.map((token, i) => token.replaceAll(replacement, () => (i === 0 && strip ? '' : ' ')));
  },
  BPEDecoder: ({ suffix }) => {
    return (tokens) =>
      tokens.map((token, i) => (suffix === '' ? token : token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' ')));
  },
  CTC: ({ pad_token, word_delimiter_token, cleanup }) => {
    return (tokens) =>
      tokens
        .filter((token, i) => i === 0 || token !== tokens[i - 1])
        .map((token) => (pad_token === '' ? token : token.replaceAll(pad_token, '')))
        .map((token) =>
          cleanup && word_delimiter_token !== '' ? cleanUp(token).replaceAll(word_delimiter_token, ' ') : token,
        )
        .filter((token) => token !== '');
  },
  Replace: ({ pattern, content }) => {
    const expression = compilePattern(pattern);
    return (tokens) => tokens.map((token) => token.replace(expression, () => content));
  },
  Strip: ({ content, start, stop }) => {
    return (tokens) =>
      tokens.map((token) => {
        const characters = [...token];
        let from = 0;
        while (from < Math.min(start, characters.length) && characters[from] === content) from++;
        let to = characters.length;
        while (characters.length - to < stop && to > from && characters[to - 1] === content) to--;
        return characters.slice(from, to).join('');
      });
  },
  Sequence: ({ decoders }) => {
    const steps = decoders.map(createDecoder);
    return (tokens) => steps.reduce<string[]>((current, step) => step(current), [...tokens]);
  },
};

/** @throws SyntaxError for an expression that cannot be translated. */
export function createDecoder(config: DecoderConfig): DecodeChain {
  // The table is typed by the key; TypeScript cannot follow that key and config belong together.
  const factory = factories[config.type] as (config: DecoderConfig) => DecodeChain;
  return factory(config);
}
