import type { Diagnostic } from './messages.js';

/**
 * The problems of a cell for its reader, each with its line underlined:
 * ```
 * line 2:7 - Type 'string' is not assignable to type 'number'. (TS2322)
 *   const epochs: number = 'ten';
 *         ~~~~~~
 * ```
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ message, code, line, column, length, text }) => {
      const lead = text.slice(0, column - 1);
      const marked = text.slice(column - 1, column - 1 + length);
      const underline = lead.replace(/[^\t]/gu, ' ') + '~'.repeat(Math.max(1, [...marked].length));
      return `line ${line}:${column} - ${message} (TS${code})\n  ${text}\n  ${underline}`;
    })
    .join('\n\n');
}
