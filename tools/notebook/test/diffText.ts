import { structuredPatch } from 'diff';
import type { Difference } from './compareOutputs.js';

const MAX_LINES = 40;

/** A difference as lines with - (stored) and + (now), at most 40 of them; pictures by their size only. */
export function diffText({ what, stored, now }: Difference, isColoured: boolean): string {
  const paint = (code: number, text: string) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text);
  if (/(image\/(?!svg)|application\/pdf)/.test(what) || Math.max(stored.length, now.length) > 1_000_000) {
    const size = (text: string) => (text === '' ? 'nothing' : `${text.length} characters`);
    return `    ${what}: stored ${size(stored)}, now ${size(now)}${stored.length === now.length ? ', other content' : ''}`;
  }
  const { hunks } = structuredPatch('', '', stored, now, '', '', { context: 2 });
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith('\\'));
  const shown = lines.slice(0, MAX_LINES).map((line) => {
    const short = line.length > 200 ? `${line.slice(0, 200)}…` : line;
    return `      ${line.startsWith('-') ? paint(31, short) : line.startsWith('+') ? paint(32, short) : short}`;
  });
  const more = lines.length > MAX_LINES ? [`      … ${lines.length - MAX_LINES} more lines`] : [];
  const only = stored === '' ? ' (not stored)' : now === '' ? ' (no longer there)' : '';
  return [`    ${what}${only}:`, ...shown, ...more].join('\n');
}
