// A command line as a shell splits it, as far as completion needs it.

/** The words of a line up to the cursor, without quotes; the last one is what is being written, perhaps empty. */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (character === '\\') i++;
      word = (word ?? '') + (line[i] ?? '');
    }
  }
  return [...words, word ?? ''];
}

/** What follows `atelier` in a line: `npx atelier train …`, `./node_modules/.bin/atelier train …`. */
export function afterAtelier(words: readonly string[]): string[] {
  const at = words.findIndex((word) => /(^|\/)atelier(\.mjs)?$/.test(word));
  return words.slice(at + 1);
}

/** Bash replaces only what follows the last of its break characters (`=`, `:`, `@` …) in the word. */
export function afterBreak(word: string, line: string, breaks: string): string {
  const current = splitLine(line).at(-1) ?? '';
  const last = Math.max(-1, ...[...breaks].filter((one) => !/["'\s]/.test(one)).map((one) => current.lastIndexOf(one)));
  return word.startsWith(':') ? word : word.slice(last + 1);
}
