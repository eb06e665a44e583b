import ts from '@tslab/typescript-for-tslab';

/**
 * A cell's text as TypeScript 5.0 can read it. Newer syntax is replaced by older of the same length, so that every
 * position is that of the cell.
 */
export type PreparedCell = {
  text: string;
  /** Where declarations by `using` start (true: `await using`); the text has `const` there. */
  using: Map<number, boolean>;
};

const usingDeclaration =
  /\b(?:(await)(\s+))?using(?=[ \t]+(?!of\b|in\b|instanceof\b|as\b)[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:=(?![=>])|:|,|of\b))/gu;
const importAttributes = /(?<=\b(?:from|import)\s*(?:"[^"\n]*"|'[^'\n]*')\s*)with(?=\s*\{)/g;

/** Rewrites `using`, `await using` and `import … with { … }`. */
export function prepareCell(code: string): PreparedCell {
  const using = new Map<number, boolean>();
  const hasUsing = code.includes('using');
  const hasWith = /\bwith\s*\{/.test(code);
  const text = code.startsWith('#!') ? `//${code.slice(2)}` : code;
  if (!hasUsing && !hasWith) return { text, using };
  const parsed = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022, true);
  let prepared = text;
  if (hasUsing) {
    prepared = prepared.replace(
      usingDeclaration,
      (match, awaits: string | undefined, space: string | undefined, at: number) => {
        const keyword = at + match.length - 'using'.length;
        if (!isIdentifierAt(parsed, keyword, 'using')) return match;
        using.set(keyword, awaits !== undefined);
        return awaits === undefined ? 'const' : `${' '.repeat(awaits.length)}${space}const`;
      },
    );
  }
  if (hasWith) {
    prepared = prepared.replace(importAttributes, (match, at: number) => {
      const statement = parsed.statements.filter((node) => node.getStart() < at).at(-1);
      return statement && (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) ? '    ' : match;
    });
    if (prepared !== text) prepared = blankAttributes(prepared, text);
  }
  return { text: prepared, using };
}

/** Whether the token at a position is this identifier, and not a part of a text or a comment. */
function isIdentifierAt(file: ts.SourceFile, position: number, name: string): boolean {
  let node: ts.Node = file;
  for (;;) {
    const child: ts.Node | undefined = node
      .getChildren(file)
      .find((c) => c.getStart(file) <= position && position < c.end);
    if (!child) break;
    node = child;
  }
  return ts.isIdentifier(node) && node.text === name && node.getStart(file) === position;
}

/** Blanks the braces that belonged to each `with` that was blanked. */
function blankAttributes(prepared: string, original: string): string {
  let text = prepared;
  for (let at = original.indexOf('with'); at >= 0; at = original.indexOf('with', at + 4)) {
    if (!text.startsWith('    ', at)) continue;
    const braces = /^\s*\{[^}]*\}/.exec(text.slice(at + 4))?.[0];
    if (braces) text = text.slice(0, at + 4) + braces.replace(/\S/g, ' ') + text.slice(at + 4 + braces.length);
  }
  return text;
}
