import ts from '@tslab/typescript-for-tslab';
import type { Completeness } from './messages.js';
import { prepareCell } from './prepare.js';

/** Whether a console should run what was typed, or wait for the next line. */
export function isComplete(code: string): Completeness {
  const { text } = prepareCell(code);
  const problems = syntaxProblems(text);
  if (problems.length === 0) return { status: 'complete' };
  const end = text.trimEnd().length;
  const unfinished = problems.every(({ start, length, code: number }) => {
    if (unterminated.has(number)) return number !== 1002 || text[(start ?? 0) + (length ?? 0)] === undefined;
    return (start ?? 0) >= end;
  });
  if (unfinished && problems.some(({ code: number }) => number !== 1002))
    return { status: 'incomplete', indent: indentAfter(text) };
  return { status: 'invalid' };
}

/** Texts, comments and templates without an end. A text in quotes cannot go on in the next line. */
const unterminated = new Set([1010, 1160]);

function syntaxProblems(text: string): ts.DiagnosticWithLocation[] {
  const { diagnostics } = ts.transpileModule(text, {
    fileName: 'cell.ts',
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (diagnostics ?? []).filter((d): d is ts.DiagnosticWithLocation => d.file !== undefined);
}

/** The next line is indented as the last one, and deeper after an opening bracket. */
function indentAfter(text: string): string {
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const current = /^\s*/.exec(last)?.[0] ?? '';
  return /[{([]\s*(?:\/\/.*)?$|=>\s*$/.test(last) ? `${current}  ` : current;
}
