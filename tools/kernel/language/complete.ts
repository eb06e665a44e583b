import ts from '@tslab/typescript-for-tslab';
import type { CheckedCell } from './cellProgram.js';
import type { Completions } from './messages.js';
import { neverCancelled } from './neverCancelled.js';
import { toCodePoints } from './offsets.js';

/** How many matches a client is sent; the first ones are the nearest by TypeScript's order. */
const maxMatches = 500;

/** The fork's completions of a program, without a language service around it. */
type CompletionsInFork = {
  getCompletionsAtPositionForTslab(): (
    host: object,
    program: ts.Program,
    log: (message: string) => void,
    file: ts.SourceFile,
    position: number,
    preferences: ts.UserPreferences,
    trigger: string | undefined,
    kind: ts.CompletionTriggerKind,
    cancellation: ts.CancellationToken,
  ) => ts.CompletionInfo | undefined;
};

/** Completions of a cell at an offset in UTF-16 units: names, members, keys of objects and paths of modules. */
export function completeCell(
  { program, file }: CheckedCell,
  code: string,
  offset: number,
  files: ts.CompilerHost,
): Completions {
  // Exported by the fork for tslab, and not in its declarations.
  const { Completions: fork } = ts as unknown as { Completions: CompletionsInFork };
  const complete: unknown = fork.getCompletionsAtPositionForTslab;
  if (typeof complete !== 'function') throw new Error('The TypeScript of tslab lacks its completions.');
  const preferences: ts.UserPreferences = {
    includeCompletionsForModuleExports: false,
    includeCompletionsWithInsertText: false,
  };
  const host = { ...files, getCompilationSettings: () => program.getCompilerOptions(), getScriptFileNames: () => [] };
  const found: ts.CompletionInfo | undefined = complete(
    host,
    program,
    () => undefined,
    file,
    offset,
    preferences,
    undefined,
    ts.CompletionTriggerKind.Invoked,
    neverCancelled,
  );
  const word = wordAt(code, offset, found);
  const prefix = code.slice(word.start, offset).toLowerCase();
  const entries = (found?.entries ?? [])
    .filter(({ name, kind }) => name.toLowerCase().startsWith(prefix) && kind !== ts.ScriptElementKind.warning)
    .sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : 1))
    .slice(0, maxMatches);
  const start = toCodePoints(code, word.start);
  const end = toCodePoints(code, word.end);
  return {
    matches: entries.map(({ name }) => name),
    cursorStart: start,
    cursorEnd: end,
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        text: name,
        type: jupyterType(kind),
        start,
        end,
      })),
    },
  };
}

/** The part of the text that a completion replaces. */
function wordAt(code: string, offset: number, found: ts.CompletionInfo | undefined): { start: number; end: number } {
  const span = found?.entries[0]?.replacementSpan ?? found?.optionalReplacementSpan;
  if (span && span.start <= offset) return { start: span.start, end: Math.max(offset, span.start + span.length) };
  const before = /[\p{ID_Continue}$#\u200c\u200d]*$/u.exec(code.slice(0, offset))?.[0] ?? '';
  return { start: offset - before.length, end: offset };
}

/** The words of JupyterLab's icons for TypeScript's kinds of names. */
function jupyterType(kind: ts.ScriptElementKind): string {
  switch (kind) {
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.localFunctionElement:
      return 'function';
    case ts.ScriptElementKind.memberFunctionElement:
      return 'method';
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
    case ts.ScriptElementKind.memberSetAccessorElement:
      return 'property';
    case ts.ScriptElementKind.classElement:
    case ts.ScriptElementKind.localClassElement:
      return 'class';
    case ts.ScriptElementKind.interfaceElement:
    case ts.ScriptElementKind.typeElement:
    case ts.ScriptElementKind.typeParameterElement:
      return 'interface';
    case ts.ScriptElementKind.enumElement:
    case ts.ScriptElementKind.enumMemberElement:
      return 'enum';
    case ts.ScriptElementKind.moduleElement:
    case ts.ScriptElementKind.externalModuleName:
    case ts.ScriptElementKind.scriptElement:
    case ts.ScriptElementKind.directory:
      return 'module';
    case ts.ScriptElementKind.keyword:
    case ts.ScriptElementKind.primitiveType:
      return 'keyword';
    case ts.ScriptElementKind.constElement:
      return 'const';
    case ts.ScriptElementKind.letElement:
    case ts.ScriptElementKind.variableElement:
    case ts.ScriptElementKind.localVariableElement:
    case ts.ScriptElementKind.alias:
    case ts.ScriptElementKind.parameterElement:
      return 'variable';
    default:
      return 'text';
  }
}
