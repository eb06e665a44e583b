import type { Tokenizer } from './tokenizer/tokenizer.js';

export interface StreamDecoder {
  /** The text that this token settles: nothing while a character is incomplete. */
  push(id: number): string;
  /** What is left, incomplete characters as U+FFFD. */
  end(): string;
}

/** A prefix is dropped from the window after so many tokens: the work a token does not grow with the text. */
const KEPT = 8;

/**
 * Decodes token by token. A character whose bytes are spread over several tokens comes out whole; the pieces joined are what `decode` gives
 * for all ids at once. The way of Rust's `DecodeStream`: a few tokens are decoded again with each new one, and what is new is given out.
 *
 * @param options.skipSpecialTokens default true
 */
export function createStreamDecoder(
  tokenizer: Tokenizer,
  options: { skipSpecialTokens?: boolean } = {},
): StreamDecoder {
  let window: number[] = [];
  /** What of the window's text has been given out. */
  let given = '';
  const decode = (ids: readonly number[]) => tokenizer.decode(ids, options);
  return {
    push(id) {
      window.push(id);
      const text = decode(window);
      // What ends in U+FFFD may be a character that is not there yet; a real U+FFFD comes with the next token.
      if (text.endsWith('\ufffd') || !text.startsWith(given)) return '';
      const piece = text.slice(given.length);
      given = text;
      if (window.length > 2 * KEPT) {
        const kept = window.slice(-KEPT);
        const start = decode(kept);
        // Not in the midst of a character's bytes: some decoders then give up on all bytes that follow. Not nothing (special tokens
        // that are left out): the space before the next word depends on what comes before it.
        if (start !== '' && !start.includes('\ufffd')) {
          window = kept;
          given = start;
        }
      }
      return piece;
    },
    end() {
      const text = decode(window);
      let same = 0;
      while (same < given.length && text[same] === given[same]) same++;
      window = [];
      given = '';
      return text.slice(same);
    },
  };
}

/** The text of a stream of ids, in pieces as soon as they are certain. */
export async function* streamDecode(
  tokenizer: Tokenizer,
  ids: AsyncIterable<number> | Iterable<number>,
  options?: { skipSpecialTokens?: boolean },
): AsyncGenerator<string> {
  const decoder = createStreamDecoder(tokenizer, options);
  for await (const id of ids) {
    const piece = decoder.push(id);
    if (piece !== '') yield piece;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}
