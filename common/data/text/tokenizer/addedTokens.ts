import type { Normalize } from './normalize.js';
import type { AddedToken } from './schema.js';

/** A part of a text: an added token, or text between two of them. */
export type TextPart = { id: number } | { text: string; atStart: boolean };

const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const leadingSpace = /^\p{White_Space}*/u;

/**
 * Finds the added tokens in a text (the leftmost, of several the longest), as `AddedVocabulary` of Rust's tokenizers does: first those
 * that are sought in the text as it is, then, in the normalised text between them, the others.
 */
export function createSplitter(
  tokens: readonly AddedToken[],
  normalize: Normalize | undefined,
): (text: string) => TextPart[] {
  const plain = finder(tokens.filter(({ normalized }) => !normalized).map((token) => ({ token, text: token.content })));
  const normalized = finder(
    tokens
      .filter((token) => token.normalized)
      .map((token) => ({ token, text: normalize === undefined ? token.content : normalize(token.content) })),
  );
  return (text) =>
    plain({ text, atStart: true }).flatMap((part): TextPart[] => {
      if ('id' in part) return [part];
      return normalized({ text: normalize?.(part.text) ?? part.text, atStart: part.atStart });
    });
}

interface Sought {
  token: AddedToken;
  text: string;
}

function finder(sought: readonly Sought[]): (part: { text: string; atStart: boolean }) => TextPart[] {
  const byText = new Map(sought.filter(({ text }) => text !== '').map((entry) => [entry.text, entry]));
  if (byText.size === 0) return (part) => (part.text === '' ? [] : [part]);
  const longestFirst = [...byText.keys()].sort((a, b) => b.length - a.length);
  const expression = new RegExp(longestFirst.map(escaped).join('|'), 'gu');
  return ({ text, atStart }) => {
    const parts: TextPart[] = [];
    let at = 0;
    const textUpTo = (end: number) => {
      if (end > at) parts.push({ text: text.slice(at, end), atStart: atStart && at === 0 });
    };
    for (const match of text.matchAll(expression)) {
      const { token } = byText.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (token.single_word && !isWord(text, start, end)) continue;
      if (token.lstrip) start = Math.max(at, spaceBefore(text, start));
      if (token.rstrip) end += leadingSpace.exec(text.slice(end))![0].length;
      textUpTo(start);
      parts.push({ id: token.id });
      at = end;
    }
    textUpTo(text.length);
    return parts;
  };
}

/** Whether no letter stands right before or after. */
function isWord(text: string, start: number, end: number): boolean {
  const before = [...text.slice(Math.max(0, start - 2), start)].at(-1);
  const after = end < text.length ? String.fromCodePoint(text.codePointAt(end)!) : undefined;
  return ![before, after].some((c) => c !== undefined && wordCharacter.test(c));
}

function spaceBefore(text: string, start: number): number {
  let at = start;
  while (at > 0 && /\p{White_Space}/u.test(text[at - 1]!)) at--;
  return at;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
