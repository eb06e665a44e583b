// sacreBLEU's tokenizers for Western languages and characters, exactly (version 2.6.0).

/** Python's `str.split()` and `strip()`: its white space is not JavaScript's. */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const spaces = new RegExp(`[${SPACE}]+`, 'u');
const trailing = new RegExp(`[${SPACE}]+$`, 'u');

/** Words between white space, none empty. */
export const words = (line: string): string[] => line.split(spaces).filter((word) => word !== '');
export const trimEnd = (line: string): string => line.replace(trailing, '');
/** The line without white space. */
export const withoutSpaces = (line: string): string => words(line).join('');

/** mteval-v13a, WMT's: punctuation apart, except periods and commas between digits. */
function tokenize13a(line: string): string[] {
  let text = line.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  if (text.includes('&'))
    text = text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return words(
    ` ${text} `
      .replace(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
      .replace(/([^0-9])([.,])/gu, '$1 $2 ')
      .replace(/([.,])([^0-9])/gu, ' $1 $2')
      .replace(/([0-9])(-)/gu, '$1 $2 '),
  );
}

/** mteval-v14, international: Unicode punctuation and symbols apart. */
const tokenizeIntl = (line: string): string[] =>
  words(
    line
      .replace(/(\P{N})(\p{P})/gu, '$1 $2 ')
      .replace(/(\p{P})(\P{N})/gu, ' $1 $2')
      .replace(/(\p{S})/gu, ' $1 '),
  );

export const bleuTokenizers = {
  '13a': tokenize13a,
  intl: tokenizeIntl,
  /** Each character is a token. */
  char: (line: string) => words([...line].join(' ')),
  /** The text is tokenized already: words between spaces. */
  none: words,
} as const;
export type BleuTokenizer = keyof typeof bleuTokenizers;
