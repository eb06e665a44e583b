// What Hydra's grammar of the command line allows inside [ ] and { } beyond YAML: unquoted interpolations and `{a:1}` without a space.
import type { Source } from './source.js';
import type { Tree } from './tree.js';

/** The index after a quoted text that begins at `from`. */
function afterQuote(text: string, from: number): number {
  const quote = text[from];
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\' && quote === '"') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

/** The index after `${…}` (nested ones within) that begins at `from`, or undefined where it is never closed. */
export function afterInterpolation(text: string, from: number): number | undefined {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text.startsWith('${', i)) {
      depth++;
      i++;
    } else if (text[i] === '}') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

/** `[${a}, 1]` as `["${a}", 1]`, which is YAML; `originalAt` tells where a place of the new text was in the old one. */
export function quoteInterpolations(text: string): { text: string; originalAt(at: number): number } {
  if (!text.includes('${')) return { text, originalAt: (at) => at };
  let result = '';
  const origin: number[] = [];
  const push = (piece: string, at: number, isOne = false) => {
    for (let i = 0; i < piece.length; i++) origin.push(isOne ? at : at + i);
    result += piece;
  };
  for (let i = 0; i < text.length; ) {
    const character = text[i] ?? '';
    let end: number | undefined;
    if (character === '"' || character === "'") {
      end = afterQuote(text, i);
      push(text.slice(i, end), i);
    } else {
      // A plain text such as a_${b}_c is quoted as a whole.
      const plain = /^[^\s,:[\]{}"']*\$\{/.exec(text.slice(i));
      if (plain) {
        end = i;
        for (;;) {
          const open: RegExpExecArray | null = /^[^\s,[\]{}"']*\$\{/.exec(text.slice(end));
          const closed: number | undefined = open ? afterInterpolation(text, end + open[0].length - 2) : undefined;
          if (closed === undefined) break;
          end = closed;
        }
        end += /^[^\s,[\]{}"']*/.exec(text.slice(end))?.[0].length ?? 0;
        if (result.endsWith(':')) push(' ', i, true); // a:"x" is a plain text in YAML
        if (end > i && text.slice(i, end).includes('${')) push(JSON.stringify(text.slice(i, end)), i, true);
        else {
          end = i + 1;
          push(character, i);
        }
      } else {
        end = i + 1;
        push(character, i);
      }
    }
    i = end;
  }
  return { text: result, originalAt: (at) => origin[at] ?? text.length };
}

/** `{a:1}` is the key `a:1` without a value in YAML; on a command line it means `{a: 1}`. */
export function compactMaps(tree: Tree, parse: (text: string, source: Source) => Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => compactMaps(item, parse)) };
  if (tree.kind !== 'map') return tree;
  return {
    ...tree,
    entries: new Map(
      [...tree.entries].map(([key, { source, value }]) => {
        const colon = key.indexOf(':');
        const isQuoted = 'override' in source && /["']/.test(source.override[source.at] ?? '');
        const isPair = colon > 0 && colon < key.length - 1 && !isQuoted;
        const isCompact = value.kind === 'scalar' && value.value === null && isPair;
        if (!isCompact) return [key, { source, value: compactMaps(value, parse) }];
        const at = 'override' in source ? { ...source, at: source.at + colon + 1 } : source;
        return [key.slice(0, colon), { source, value: parse(key.slice(colon + 1), at) }];
      }),
    ),
  };
}
