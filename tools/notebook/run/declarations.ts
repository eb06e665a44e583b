import ts from '@tslab/typescript-for-tslab';

/** A variable that a cell declares at its top level. */
export type Declaration = {
  name: string;
  keyword: 'const' | 'let' | 'var';
  /** As it is written, or as TypeScript infers it, literals widened. */
  type: string;
  /** Text and nothing else fits. */
  isText: boolean;
  isBigint: boolean;
  /** The source of its first value. */
  initial: string | undefined;
  /** Where that stands in the cell, or would. */
  start: number;
};

/** The variables of a parameters cell. */
export function declarationsOf(source: string): Map<string, Declaration> {
  const { file, checker } = check(source);
  const found = new Map<string, Declaration>();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { flags, declarations } = statement.declarationList;
    const keyword = flags & ts.NodeFlags.Const ? 'const' : flags & ts.NodeFlags.Let ? 'let' : 'var';
    for (const { name, type: written, initializer } of declarations) {
      if (!ts.isIdentifier(name)) continue;
      const type = written
        ? checker.getTypeFromTypeNode(written)
        : checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(name));
      const parts = type.isUnion() ? type.types : [type];
      found.set(name.text, {
        name: name.text,
        keyword,
        type: written?.getText(file) ?? checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation),
        isText: parts.every(({ flags: kind }) => (kind & ts.TypeFlags.StringLike) !== 0),
        isBigint: parts.some(({ flags: kind }) => (kind & ts.TypeFlags.BigIntLike) !== 0),
        initial: initializer?.getText(file),
        start: initializer?.getStart(file) ?? (written ?? name).end,
      });
    }
  }
  return found;
}

/** What is wrong with the types of lines that follow a cell; `line` counts them from 0. */
export function typeMistakes(source: string, lines: readonly string[]): { line: number; message: string }[] {
  // A block of its own: a const may be declared again there, as in a notebook.
  const text = `${source}\n{\n${lines.join('\n')}\n}\n`;
  const start = source.split('\n').length + 1;
  const { file, program } = check(text);
  return program.getSemanticDiagnostics(file).flatMap(({ start: position = 0, messageText }) => {
    const line = file.getLineAndCharacterOfPosition(position).line - start;
    if (line < 0 || line >= lines.length) return [];
    return [{ line, message: ts.flattenDiagnosticMessageText(messageText, '\n') }];
  });
}

/** Types of one cell by itself; what it imports is unknown here, and so fits everything. */
function check(source: string): { file: ts.SourceFile; program: ts.Program; checker: ts.TypeChecker } {
  const name = '/cell.ts';
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: [],
    strict: true,
    noResolve: true,
    module: ts.ModuleKind.ESNext,
  };
  const host = ts.createCompilerHost(options);
  const file = ts.createSourceFile(name, `${source}\nexport {};`, ts.ScriptTarget.ES2022, true);
  const program = ts.createProgram([name], options, {
    ...host,
    getSourceFile: (path, target) => (path === name ? file : libraryFile(host, path, target)),
  });
  return { file, program, checker: program.getTypeChecker() };
}

const libraries = new Map<string, ts.SourceFile | undefined>();
/** The declarations of JavaScript itself, parsed once. */
function libraryFile(
  host: ts.CompilerHost,
  path: string,
  target: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile | undefined {
  if (!libraries.has(path)) libraries.set(path, host.getSourceFile(path, target));
  return libraries.get(path);
}
