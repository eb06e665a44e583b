import ts from '@tslab/typescript-for-tslab';
import type { Diagnostic } from './messages.js';

/** A problem that TypeScript found in a cell, in the terms of its reader. */
export function describeDiagnostic(found: ts.Diagnostic, code: string): Diagnostic {
  const start = Math.min(found.start ?? 0, code.length);
  const lineStart = code.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = code.indexOf('\n', start);
  const text = code.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '');
  return {
    message: ts.flattenDiagnosticMessageText(found.messageText, '\n'),
    code: found.code,
    line: code.slice(0, start).split('\n').length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(found.length ?? 1, lineStart + text.length - start)),
    text,
  };
}
