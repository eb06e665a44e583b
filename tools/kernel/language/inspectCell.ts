import ts from '@tslab/typescript-for-tslab';
import type { CheckedCell } from './cellProgram.js';
import type { Inspection } from './messages.js';
import { neverCancelled } from './neverCancelled.js';

/** The fork's hover of a program, without a language service around it. */
type QuickInfoInFork = (
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  cancellation: ts.CancellationToken,
  position: number,
) => ts.QuickInfo | undefined;

/** What stands at an offset (UTF-16) of a cell: its type as an editor shows it, and its documentation. */
export function inspectCell({ checker, file }: CheckedCell, offset: number): Inspection {
  // Exported by the fork for tslab, and not in its declarations.
  const { getQuickInfoAtPosition: quickInfo } = ts as unknown as { getQuickInfoAtPosition: QuickInfoInFork };
  // A cursor behind a name, or behind the bracket of a call, means the name.
  const text = file.text.slice(0, offset);
  const behind = /[\p{ID_Continue}$](\s*\(?\s*)$/u.exec(text)?.[1]?.length ?? 0;
  const places = [offset, offset - behind - 1, offset - 1].filter((place) => place >= 0);
  for (const place of places) {
    const info = quickInfo(file, checker, neverCancelled, place);
    if (info) return describe(info);
  }
  return { found: false, data: {} };
}

function describe(info: ts.QuickInfo): Inspection {
  const signature = ts.displayPartsToString(info.displayParts);
  const documentation = ts.displayPartsToString(info.documentation);
  const tags = (info.tags ?? []).map(({ name, text }) => ({ name, text: ts.displayPartsToString(text) }));
  const plain = [signature, documentation, ...tags.map(({ name, text }) => `@${name} ${text}`.trimEnd())];
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    documentation,
    ...tags.map(({ name, text }) => (text.includes('\n') ? `*@${name}*\n${text}` : `*@${name}* ${text}`.trimEnd())),
  ];
  return {
    found: true,
    data: {
      'text/plain': plain.filter(Boolean).join('\n\n'),
      'text/markdown': markdown.filter(Boolean).join('\n\n'),
    },
  };
}
