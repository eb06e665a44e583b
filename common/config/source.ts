import { shortPath, UsageError, UserError } from '../utils/index.js';

/** Where a value comes from: a place in a YAML file (line and column from 1), or an override as it was written and the place in it (from 0). */
export type Source = { file: string; line: number; column: number } | { override: string; at: number };

/** One mistake of the user's, and where it is. */
export interface Problem {
  source: Source;
  message: string;
}

/** `papers/x/config.yaml:7:3` (which terminals and editors open at the place), or the override's text. */
export function showSource(source: Source): string {
  return 'override' in source ? source.override : `${shortPath(source.file)}:${source.line}:${source.column}`;
}

/** The override with a caret below the place, cut to what fits a terminal. */
function caret(source: Source): string {
  if (!('override' in source)) return '';
  const from = Math.max(0, source.at - 60);
  const text = source.override.slice(from, from + 100).replace(/[\n\r\t]/g, ' ');
  return `\n  ${text}\n  ${' '.repeat(source.at - from)}^`;
}

/**
 * Throws the problems, one a line, those of overrides with a caret below the place: `UsageError` where all of them are on the
 * command line, else `UserError`.
 */
export function fail(problems: readonly Problem[]): never {
  const lines = [
    ...new Set(problems.map(({ source, message }) => `${showSource(source)}: ${message}${caret(source)}`)),
  ];
  const shown = lines.length > 10 ? [...lines.slice(0, 10), `… and ${lines.length - 10} more`] : lines;
  const Kind = problems.every(({ source }) => 'override' in source) ? UsageError : UserError;
  throw new Kind(shown.join('\n'));
}
