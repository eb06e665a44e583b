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

/** Where TypeScript ranks names that are declared near by; the notebook's own are. */
const NEAR = '11';

/**
 * Completions of a cell at an offset in UTF-16 units: names, members, keys of objects and paths of modules. Names of
 * which `isOwn` holds are the notebook's own and stand before the globals.
 */
export function completeCell(
  { program, file }: CheckedCell,
  code: string,
  offset: number,
  files: ts.CompilerHost,
  isOwn: (name: string) => boolean,
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
  const typed = code.slice(word.start, offset);
  const rank = ({ name, sortText }: ts.CompletionEntry): string => {
    const isNear = !found?.isMemberCompletion && isOwn(name) && sortText > NEAR;
    // As it was typed before another case.
    return `${isNear ? NEAR : sortText} ${name.startsWith(typed) ? 0 : 1} ${name}`;
  };
  const entries = (found?.entries ?? [])
    .filter(({ name, kind }) => kind !== ts.ScriptElementKind.warning && startsWith(name, typed))
    .map((entry) => ({ ...entry, rank: rank(entry) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
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

function startsWith(name: string, typed: string): boolean {
  return name.toLowerCase().startsWith(typed.toLowerCase());
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
