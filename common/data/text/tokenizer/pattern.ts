import { SplitPreTokenizer } from '@huggingface/tokenizers';
import type { PatternConfig, SplitBehavior } from './schema.js';

/**
 * The pattern of a tokenizer.json as a global JavaScript expression. Python's `tokenizers` compiles it with Oniguruma; the translation of
 * its syntax and character classes is the library's.
 *
 * @throws SyntaxError for an expression that has no counterpart.
 */
export function compilePattern(pattern: PatternConfig): RegExp {
  if ('String' in pattern) return new RegExp(escaped(pattern.String), 'gu');
  const { pattern: compiled } = new SplitPreTokenizer({ type: 'Split', pattern, behavior: 'Isolated', invert: true });
  if (compiled === null) throw new SyntaxError(`the pattern ${JSON.stringify(pattern)} cannot be read`);
  return compiled;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, (c) => (c === '-' ? '\\x2d' : `\\${c}`));
}

/**
 * Splits a text at the matches of an expression, as `NormalizedString::split` of Rust's tokenizers does; pieces without a character are
 * left out. `invert` swaps what matches with what does not.
 */
export function splitBy(text: string, expression: RegExp, behavior: SplitBehavior, invert = false): string[] {
  const pieces: { text: string; match: boolean }[] = [];
  const add = (from: number, to: number, match: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), match: match !== invert });
  };
  let at = 0;
  for (const match of text.matchAll(expression)) {
    add(at, match.index, false);
    at = match.index + match[0].length;
    add(match.index, at, true);
  }
  add(at, text.length, false);
  return behaviors[behavior](pieces);
}

interface Piece {
  text: string;
  match: boolean;
}

const behaviors: { [B in SplitBehavior]: (pieces: readonly Piece[]) => string[] } = {
  Isolated: (pieces) => pieces.map(({ text }) => text),
  Removed: (pieces) => pieces.filter(({ match }) => !match).map(({ text }) => text),
  Contiguous: (pieces) => join(pieces, (piece, previous) => piece.match === previous),
  MergedWithPrevious: (pieces) => join(pieces, (piece, previous) => piece.match && !previous),
  // The same from the end: a match goes to what follows it.
  MergedWithNext: (pieces) => {
    const out: string[] = [];
    let previous = false;
    for (const { text, match } of pieces.toReversed()) {
      if (match && !previous && out.length > 0) out[out.length - 1] = text + out.at(-1);
      else out.push(text);
      previous = match;
    }
    return out.reverse();
  },
};

function join(pieces: readonly Piece[], joins: (piece: Piece, previous: boolean) => boolean): string[] {
  const out: string[] = [];
  let previous = false;
  for (const piece of pieces) {
    if (joins(piece, previous) && out.length > 0) out[out.length - 1] += piece.text;
    else out.push(piece.text);
    previous = piece.match;
  }
  return out;
}
