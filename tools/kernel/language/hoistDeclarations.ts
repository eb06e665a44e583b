import ts from '@tslab/typescript-for-tslab';
import { assignmentPattern, bindingNames } from './bindingPatterns.js';

const { factory } = ts;

/**
 * Makes the declarations of a script ones that a later script may repeat. In V8's REPL mode that is true of `let` and
 * `class` only, so `const`, `var` and functions become `let`: functions at the head of the script, a `var` that is
 * nested or declared twice too, with an assignment in its place. A script whose last statement is no expression ends in
 * `void 0`: a loop or a declaration has no value to show.
 */
export const hoistDeclarations: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const hoisted = new Set<string>();
  const repeated = repeatedVars(file);
  const functions: ts.Statement[] = [];
  const statements: ts.Statement[] = [];
  const visitNested = (node: ts.Node): ts.Node | undefined => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return node;
    if (ts.isVariableStatement(node) && isVar(node.declarationList)) {
      const assignments = hoistList(node.declarationList, hoisted);
      if (!assignments) return factory.createEmptyStatement();
      return ts.setTextRange(factory.createExpressionStatement(assignments), node);
    }
    if (ts.isVariableDeclarationList(node) && isVar(node)) {
      const parent = node.parent;
      const loop = parent && (ts.isForInStatement(parent) || ts.isForOfStatement(parent));
      if (!loop) return hoistList(node, hoisted) ?? factory.createVoidZero();
      const name = node.declarations[0]?.name;
      if (!name) return node;
      for (const bound of bindingNames(name)) hoisted.add(bound);
      return assignmentPattern(name);
    }
    return ts.visitEachChild(node, visitNested, context);
  };
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) continue;
    if (ts.isExportAssignment(statement)) statements.push(factory.createExpressionStatement(statement.expression));
    else if (ts.isFunctionDeclaration(statement)) {
      const declared = functionVariable(statement);
      (statement.name ? functions : statements).push(declared);
    } else if (ts.isClassDeclaration(statement)) statements.push(plainClass(statement));
    else if (ts.isVariableStatement(statement)) {
      const list = statement.declarationList;
      const names = list.declarations.flatMap(({ name }) => bindingNames(name));
      if (isVar(list) && names.some((name) => repeated.has(name))) {
        const assignments = hoistList(list, hoisted);
        if (assignments) statements.push(ts.setTextRange(factory.createExpressionStatement(assignments), statement));
        statements.push(factory.createExpressionStatement(factory.createVoidZero()));
      } else statements.push(letStatement(statement));
    } else {
      const visited = ts.visitNode(statement, visitNested);
      if (visited && ts.isStatement(visited)) statements.push(visited);
    }
  }
  const last = statements.at(-1);
  if (!last || !ts.isExpressionStatement(last))
    statements.push(factory.createExpressionStatement(factory.createVoidZero()));
  const head = hoisted.size > 0 ? [letNames([...hoisted])] : [];
  return factory.updateSourceFile(file, [...head, ...functions, ...statements]);
};

function isVar(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0;
}

/** The names that `var` declares more than once at a script's level, or inside of a block of it. */
function repeatedVars(file: ts.SourceFile): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const visit = (node: ts.Node, nested: boolean): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && isVar(node)) {
      for (const name of node.declarations.flatMap((declaration) => bindingNames(declaration.name))) {
        if (nested || seen.has(name)) repeated.add(name);
        seen.add(name);
      }
    }
    ts.forEachChild(node, (child) => visit(child, nested || !ts.isVariableStatement(node)));
  };
  for (const statement of file.statements) visit(statement, false);
  return repeated;
}

/** The assignments of a `var` whose names are declared at the head, or undefined where it has no initializer. */
function hoistList(list: ts.VariableDeclarationList, hoisted: Set<string>): ts.Expression | undefined {
  const assignments: ts.Expression[] = [];
  for (const { name, initializer } of list.declarations) {
    for (const bound of bindingNames(name)) hoisted.add(bound);
    if (initializer) assignments.push(factory.createAssignment(assignmentPattern(name), initializer));
  }
  if (assignments.length === 0) return undefined;
  return assignments.reduce((left, right) => factory.createComma(left, right));
}

function letStatement(statement: ts.VariableStatement): ts.Statement {
  const list = factory.createVariableDeclarationList(statement.declarationList.declarations, ts.NodeFlags.Let);
  ts.setTextRange(list, statement.declarationList);
  return ts.setTextRange(factory.createVariableStatement(undefined, list), statement);
}

/** `let f = function () { … }` takes the name of `f` and, other than a named function, no second binding of it. */
function functionVariable(node: ts.FunctionDeclaration): ts.Statement {
  const modifiers = node.modifiers?.filter((m): m is ts.Modifier => m.kind === ts.SyntaxKind.AsyncKeyword);
  const value = factory.createFunctionExpression(
    modifiers,
    node.asteriskToken,
    undefined,
    undefined,
    node.parameters,
    undefined,
    node.body ?? factory.createBlock([]),
  );
  ts.setTextRange(value, node);
  if (!node.name) return factory.createExpressionStatement(factory.createParenthesizedExpression(value));
  const declaration = factory.createVariableDeclaration(node.name, undefined, undefined, value);
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList([declaration], ts.NodeFlags.Let),
  );
}

function plainClass(node: ts.ClassDeclaration): ts.Statement {
  const { name, heritageClauses, members } = node;
  if (name)
    return ts.setTextRange(factory.createClassDeclaration(undefined, name, undefined, heritageClauses, members), node);
  const value = factory.createClassExpression(undefined, undefined, undefined, heritageClauses, members);
  return factory.createExpressionStatement(factory.createParenthesizedExpression(value));
}

function letNames(names: readonly string[]): ts.Statement {
  const declarations = names.map((name) => factory.createVariableDeclaration(name));
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let),
  );
}
