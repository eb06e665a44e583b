import ts from '@tslab/typescript-for-tslab';
import { runtimeName } from './runtimeName.js';

const { factory } = ts;

/**
 * Lowers `using` and `await using`, which TypeScript 5.0 does not know (`prepareCell` has made them `const`). In a block
 * the rest of the block becomes `try … finally`; at the top level of a cell the value is given to the runtime, which
 * disposes of it when the cell has ended.
 */
export function lowerUsing(using: ReadonlyMap<number, boolean>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    if (using.size === 0) return file;
    const kindOf = (list: ts.VariableDeclarationList): boolean | undefined => using.get(list.getStart(file));
    const stack = (call: string, ...values: ts.Expression[]): ts.Expression =>
      factory.createCallExpression(
        factory.createPropertyAccessExpression(factory.createIdentifier('__using'), call),
        undefined,
        values,
      );
    /** Every initializer of the list goes through `take`. */
    const taking = (node: ts.VariableStatement, take: (value: ts.Expression) => ts.Expression): ts.Statement => {
      const list = node.declarationList;
      const declarations = list.declarations.map((declaration) => {
        const value = declaration.initializer ?? factory.createVoidZero();
        const taken = ts.setTextRange(take(value), value);
        return ts.setTextRange(
          factory.createVariableDeclaration(declaration.name, undefined, undefined, taken),
          declaration,
        );
      });
      const lowered = factory.createVariableDeclarationList(declarations, ts.NodeFlags.Const);
      return ts.setTextRange(factory.createVariableStatement(undefined, lowered), node);
    };
    const lowerBlock = (statements: readonly ts.Statement[]): ts.Statement[] => {
      const kinds = statements.map((s) => (ts.isVariableStatement(s) ? kindOf(s.declarationList) : undefined));
      const first = kinds.findIndex((kind) => kind !== undefined);
      const visited = statements.map((s) => ts.visitNode(s, visit)).filter(ts.isStatement);
      if (first < 0) return visited;
      const asynchronous = kinds.includes(true);
      const functions = visited.filter((s, i) => i >= first && ts.isFunctionDeclaration(s));
      const rest = visited.slice(first).filter((s) => !ts.isFunctionDeclaration(s));
      const body = rest.map((s) => {
        const kind = ts.isVariableStatement(s)
          ? kindOf(ts.getOriginalNode(s, ts.isVariableStatement).declarationList)
          : undefined;
        if (kind === undefined || !ts.isVariableStatement(s)) return s;
        return taking(s, (value) => stack('use', value, kind ? factory.createTrue() : factory.createFalse()));
      });
      return [...visited.slice(0, first), ...functions, ...tryDisposing(body, asynchronous, stack)];
    };
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isBlock(node)) return factory.updateBlock(node, lowerBlock(node.statements));
      if (ts.isCaseClause(node)) return factory.updateCaseClause(node, node.expression, lowerBlock(node.statements));
      if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) {
        const kind = kindOf(node.initializer);
        const name = node.initializer.declarations[0]?.name;
        if (kind !== undefined && name && ts.isIdentifier(name)) {
          const use = stack(
            'use',
            factory.createIdentifier(name.text),
            kind ? factory.createTrue() : factory.createFalse(),
          );
          const inner = ts.visitNode(node.statement, visit);
          const body = tryDisposing(
            [factory.createExpressionStatement(use), ...(ts.isStatement(inner) ? [inner] : [])],
            kind,
            stack,
          );
          return factory.updateForOfStatement(
            node,
            node.awaitModifier,
            node.initializer,
            node.expression,
            factory.createBlock(body),
          );
        }
      }
      return ts.visitEachChild(node, visit, context);
    };
    const topLevel = file.statements.map((statement) => {
      if (!ts.isVariableStatement(statement)) return ts.visitNode(statement, visit);
      const kind = kindOf(statement.declarationList);
      if (kind === undefined) return ts.visitNode(statement, visit);
      const use = factory.createPropertyAccessExpression(factory.createIdentifier(runtimeName), 'use');
      return taking(statement, (value) =>
        factory.createCallExpression(use, undefined, [value, kind ? factory.createTrue() : factory.createFalse()]),
      );
    });
    return factory.updateSourceFile(file, topLevel.filter(ts.isStatement));
  };
}

type StackCall = (call: string, ...values: ts.Expression[]) => ts.Expression;

/** `const __using = __atelier.scope(); try { … } catch (error) { __using.fail(error); } finally { … }` */
function tryDisposing(body: readonly ts.Statement[], asynchronous: boolean, stack: StackCall): ts.Statement[] {
  const scope = factory.createCallExpression(
    factory.createPropertyAccessExpression(factory.createIdentifier(runtimeName), 'scope'),
    undefined,
    [],
  );
  const declaration = factory.createVariableDeclaration('__using', undefined, undefined, scope);
  const error = factory.createUniqueName('error');
  const dispose = stack(asynchronous ? 'disposeAsync' : 'dispose');
  return [
    factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
    ),
    factory.createTryStatement(
      factory.createBlock([...body], true),
      factory.createCatchClause(
        factory.createVariableDeclaration(error),
        factory.createBlock([factory.createExpressionStatement(stack('fail', error))]),
      ),
      factory.createBlock([
        factory.createExpressionStatement(asynchronous ? factory.createAwaitExpression(dispose) : dispose),
      ]),
    ),
  ];
}
