import ts from '@tslab/typescript-for-tslab';
import { runtimeName } from './runtimeName.js';

const { factory } = ts;

/**
 * Imports become calls of the importer, exports become plain declarations:
 * `import a, { b } from "x"` is `let a, b; await __atelier.import("x", { a: ["default", (v) => { a = v; }], … })`.
 * The importer keeps the little functions and calls them again when a module was reloaded or has changed an export.
 */
export function rewriteImports(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const visitExpression = (node: ts.Node): ts.Node => {
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const callee = ts.setTextRange(runtime('import'), node.expression);
        const specifier = node.arguments[0];
        const visited = specifier ? [ts.visitNode(specifier, visitExpression)].filter(ts.isExpression) : [];
        return ts.setTextRange(factory.createCallExpression(callee, undefined, visited), node);
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return ts.setTextRange(runtime('meta'), node);
      }
      return ts.visitEachChild(node, visitExpression, context);
    };
    const imports: ts.Statement[] = [];
    const statements: ts.Statement[] = [];
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement)) imports.push(...importStatements(statement, checker));
      else if (ts.isExportDeclaration(statement)) imports.push(...reexport(statement));
      else if (ts.isImportEqualsDeclaration(statement)) statements.push(...importEquals(statement, checker));
      else if (ts.isExportAssignment(statement)) {
        const exported = factory.createExpressionStatement(statement.expression);
        statements.push(ts.setOriginalNode(ts.setTextRange(exported, statement), statement));
      } else statements.push(statement);
    }
    const visited = statements.map((statement) => ts.visitNode(statement, visitExpression)).filter(ts.isStatement);
    // An import alone has no value to show.
    if (visited.length === 0) visited.push(factory.createExpressionStatement(factory.createVoidZero()));
    return factory.updateSourceFile(file, [...imports, ...visited]);
  };
}

/** One binding of an import: the cell's name and the module's (`*` for the module itself). */
type Binding = { local: ts.Identifier; exported: string };

function importStatements(node: ts.ImportDeclaration, checker: ts.TypeChecker): ts.Statement[] {
  const clause = node.importClause;
  if (!clause) return [importCall(node, [])];
  if (clause.isTypeOnly) return [];
  const bindings: Binding[] = [];
  if (clause.name) bindings.push({ local: clause.name, exported: 'default' });
  const named = clause.namedBindings;
  if (named && ts.isNamespaceImport(named)) bindings.push({ local: named.name, exported: '*' });
  if (named && ts.isNamedImports(named)) {
    for (const element of named.elements) {
      if (element.isTypeOnly) continue;
      bindings.push({ local: element.name, exported: (element.propertyName ?? element.name).text });
    }
  }
  const values = bindings.filter(({ local }) => isValue(local, checker));
  if (values.length === 0 && (bindings.length > 0 || clause.name || named === undefined)) return [];
  return [
    ...declare(
      values.map(({ local }) => local.text),
      node,
    ),
    importCall(node, values),
  ];
}

function importCall(node: ts.ImportDeclaration | ts.ExportDeclaration, bindings: readonly Binding[]): ts.Statement {
  const properties = bindings.map(({ local, exported }) => {
    const value = factory.createIdentifier('v');
    const assign = factory.createBlock([
      factory.createExpressionStatement(factory.createAssignment(factory.createIdentifier(local.text), value)),
    ]);
    const parameter = factory.createParameterDeclaration(undefined, undefined, 'v');
    const arrow = factory.createArrowFunction(undefined, undefined, [parameter], undefined, undefined, assign);
    const pair = factory.createArrayLiteralExpression([factory.createStringLiteral(exported), arrow]);
    return factory.createPropertyAssignment(factory.createStringLiteral(local.text), pair);
  });
  const specifier = node.moduleSpecifier ?? factory.createStringLiteral('');
  const call = factory.createCallExpression(runtime('import'), undefined, [
    specifier,
    ...(properties.length > 0 ? [factory.createObjectLiteralExpression(properties)] : []),
  ]);
  // void: an import is never the value that a cell shows.
  const awaited = factory.createAwaitExpression(ts.setTextRange(call, node));
  const statement = factory.createExpressionStatement(factory.createVoidExpression(awaited));
  return ts.setTextRange(statement, node);
}

function reexport(node: ts.ExportDeclaration): ts.Statement[] {
  return node.moduleSpecifier && !node.isTypeOnly ? [importCall(node, [])] : [];
}

function importEquals(node: ts.ImportEqualsDeclaration, checker: ts.TypeChecker): ts.Statement[] {
  if (node.isTypeOnly || !isValue(node.name, checker)) return [];
  const reference = node.moduleReference;
  const value = ts.isExternalModuleReference(reference)
    ? factory.createCallExpression(factory.createIdentifier('require'), undefined, [reference.expression])
    : entityExpression(reference);
  const declaration = factory.createVariableDeclaration(node.name.text, undefined, undefined, value);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Let);
  return [ts.setTextRange(factory.createVariableStatement(undefined, list), node)];
}

function entityExpression(name: ts.EntityName): ts.Expression {
  if (ts.isIdentifier(name)) return factory.createIdentifier(name.text);
  return factory.createPropertyAccessExpression(entityExpression(name.left), name.right.text);
}

/** Whether an imported name exists at run time; what TypeScript cannot tell does. */
function isValue(name: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return true;
  const target = checker.getAliasedSymbol(symbol);
  const unknown = target.declarations === undefined;
  return unknown || (target.flags & ts.SymbolFlags.Value) !== 0;
}

function declare(names: readonly string[], node: ts.Node): ts.Statement[] {
  if (names.length === 0) return [];
  const declarations = names.map((name) =>
    factory.createVariableDeclaration(name, undefined, undefined, globalValue(name)),
  );
  const list = factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let);
  return [ts.setTextRange(factory.createVariableStatement(undefined, list), node)];
}

/** A script's variable hides the global of its name from every module: `process` must be there while they load. */
function globalValue(name: string): ts.Expression | undefined {
  if (!(name in globalThis)) return undefined;
  return factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), name);
}

function runtime(member: string): ts.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(runtimeName), member);
}
