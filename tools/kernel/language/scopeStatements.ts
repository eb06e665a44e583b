import ts from '@tslab/typescript-for-tslab';
import { bindingNames } from './bindingPatterns.js';
import type { CheckedCell } from './cellProgram.js';
import type { ScopeStatement } from './messages.js';

/** The declarations of a cell that later cells see. Expressions and loops leave nothing behind but their `var`s. */
export function scopeStatements(cell: CheckedCell): ScopeStatement[] {
  const { file } = cell;
  const found: ScopeStatement[] = [];
  const topLevel = new Set<string>();
  for (const statement of file.statements) {
    const declares = declaredNames(statement);
    if (declares === undefined) continue;
    for (const name of declares) topLevel.add(name);
    const typed = ts.isVariableStatement(statement) ? typedVariables(statement, cell) : undefined;
    const text = typed ?? file.text.slice(statement.pos, statement.end);
    found.push({ text, declares, mentions: typed === undefined ? identifiers(statement) : identifiersOf(typed) });
  }
  for (const { name, type } of nestedVars(cell, topLevel)) {
    const text = `declare var ${name}: ${type};`;
    found.push({ text, declares: [name], mentions: identifiersOf(type) });
  }
  return found;
}

/** The names that a cell declares at its top level, in the order of the text. */
export function cellDeclarations({ file }: CheckedCell): string[] {
  const names = new Set(file.statements.flatMap((statement) => declaredNames(statement) ?? []));
  for (const name of localNames(file)) names.add(name);
  return [...names];
}

/** The names that a statement declares, or undefined for a statement that declares nothing. */
function declaredNames(node: ts.Statement): string[] | undefined {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
  if (ts.isImportDeclaration(node)) return node.importClause && importedNames(node.importClause);
  if (ts.isModuleDeclaration(node))
    return ts.isIdentifier(node.name) && node.name.text !== 'global' ? [node.name.text] : [];
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isImportEqualsDeclaration(node);
  return named && node.name ? [node.name.text] : undefined;
}

/** The names that an import brings into a cell. */
export function importedNames(clause: ts.ImportClause): string[] {
  const names = clause.name ? [clause.name.text] : [];
  const bindings = clause.namedBindings;
  if (!bindings) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.map(({ name }) => name.text)];
}

/**
 * `const x = …` as `declare const x: T`, where T says all there is without naming anything of a cell: later cells need
 * not infer it again, and a large literal is not kept. Undefined where the statement must stay as it is.
 */
function typedVariables(statement: ts.VariableStatement, cell: CheckedCell): string | undefined {
  const { flags, declarations } = statement.declarationList;
  const texts: string[] = [];
  for (const { name, type, initializer } of declarations) {
    if (!ts.isIdentifier(name) && (type || !initializer)) return undefined;
    for (const identifier of boundIdentifiers(name)) {
      const text = type ? type.getText(cell.file) : printableType(identifier, cell);
      if (text === undefined) return undefined;
      texts.push(`${identifier.text}: ${text}`);
    }
  }
  if (texts.length === 0) return undefined;
  const keyword = flags & ts.NodeFlags.Const ? 'const' : flags & ts.NodeFlags.Let ? 'let' : 'var';
  const comments = cell.file.text.slice(statement.pos, statement.getStart(cell.file));
  return `${comments}declare ${keyword} ${texts.join(', ')};`;
}

function boundIdentifiers(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundIdentifiers(element.name)));
}

const printer = ts.createPrinter({ removeComments: true });

function printableType(name: ts.Identifier, cell: CheckedCell): string | undefined {
  const type = cell.checker.getTypeAtLocation(name);
  const node = cell.checker.typeToTypeNode(type, cell.file, ts.NodeBuilderFlags.NoTruncation);
  if (!node || !isSelfContained(node)) return undefined;
  const text = printer.printNode(ts.EmitHint.Unspecified, node, cell.file);
  return text.length <= 4000 ? text : undefined;
}

/** Whether a type is made of keywords, literals, arrays, tuples and plain objects only. */
function isSelfContained(node: ts.TypeNode): boolean {
  if (ts.isArrayTypeNode(node)) return isSelfContained(node.elementType);
  if (ts.isParenthesizedTypeNode(node) || ts.isOptionalTypeNode(node) || ts.isRestTypeNode(node))
    return isSelfContained(node.type);
  if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) return node.types.every(isSelfContained);
  if (ts.isTupleTypeNode(node)) return node.elements.every((e) => !ts.isNamedTupleMember(e) && isSelfContained(e));
  if (ts.isTypeOperatorNode(node)) return node.operator === ts.SyntaxKind.ReadonlyKeyword && isSelfContained(node.type);
  if (ts.isTypeLiteralNode(node)) {
    return node.members.every(
      (m) =>
        ts.isPropertySignature(m) &&
        !ts.isComputedPropertyName(m.name) &&
        m.type !== undefined &&
        isSelfContained(m.type),
    );
  }
  return (
    ts.isLiteralTypeNode(node) || (node.kind >= ts.SyntaxKind.FirstKeyword && node.kind <= ts.SyntaxKind.LastKeyword)
  );
}

/** The `var`s of blocks and loops, which belong to the whole cell. */
function nestedVars(cell: CheckedCell, topLevel: ReadonlySet<string>): { name: string; type: string }[] {
  const found: { name: string; type: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      for (const identifier of node.declarations.flatMap(({ name }) => boundIdentifiers(name))) {
        if (!topLevel.has(identifier.text))
          found.push({ name: identifier.text, type: printableType(identifier, cell) ?? 'any' });
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of cell.file.statements) if (!ts.isVariableStatement(statement)) visit(statement);
  return found;
}

function localNames(file: ts.SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      names.push(...node.declarations.flatMap(({ name }) => bindingNames(name)));
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) visit(statement);
  return names;
}

function identifiers(node: ts.Node): string[] {
  const found = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) found.add(child.text);
    else ts.forEachChild(child, visit);
  };
  visit(node);
  return [...found];
}

function identifiersOf(text: string): string[] {
  return [...new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))];
}
