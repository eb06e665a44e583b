// The text of `${…}`: read into parts, and escaped. OmegaConf's grammar, without resolvers of one's own.
import { afterInterpolation } from './flowText.js';

/** A text with references in it: literal pieces and `${…}`, whose insides may hold references again. */
export type Part = string | { parts: Part[]; written: string };

/** The parts of a text; undefined where a `${` is never closed (or more than ten are open). `\${` is a plain `${`, `\\${` a backslash before a reference. */
export function readParts(text: string, depth = 0): Part[] | undefined {
  if (depth > 10) return undefined;
  const parts: Part[] = [];
  let literal = '';
  for (let i = 0; i < text.length; ) {
    const slashes = /^\\+(?=\$\{)/.exec(text.slice(i))?.[0].length ?? 0;
    if (slashes > 0) {
      literal += '\\'.repeat(Math.floor(slashes / 2));
      i += slashes;
      if (slashes % 2 === 1) {
        literal += '${';
        i += 2;
      }
    } else if (text.startsWith('${', i)) {
      const end = afterInterpolation(text, i);
      const inner = end === undefined ? undefined : readParts(text.slice(i + 2, end - 1), depth + 1);
      if (end === undefined || inner === undefined) return undefined;
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push({ parts: inner, written: text.slice(i, end) });
      i = end;
    } else {
      literal += text[i];
      i++;
    }
  }
  return literal === '' ? parts : [...parts, literal];
}

export const hasInterpolation = (text: string): boolean => text.includes('${');

/** A text that is read back as itself. */
export function escapeText(text: string): string {
  return text.replace(/(\\*)\$\{/g, (_, slashes: string) => `${slashes}${slashes}\\\${`);
}

/** Parts up to the first comma of their literal text, and those after it (undefined: there is none). */
export function splitAtComma(parts: readonly Part[]): [Part[], Part[] | undefined] {
  const i = parts.findIndex((part) => typeof part === 'string' && part.includes(','));
  const part = parts[i];
  if (typeof part !== 'string') return [[...parts], undefined];
  const comma = part.indexOf(',');
  const after = part.slice(comma + 1).trimStart();
  return [
    [...parts.slice(0, i), part.slice(0, comma)],
    [...(after === '' ? [] : [after]), ...parts.slice(i + 1)],
  ];
}
