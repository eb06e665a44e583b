import ts from '@tslab/typescript-for-tslab';

const { factory } = ts;

/** The names that a declaration binds, those of its patterns included. */
export function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

/** A binding pattern as the left side of an assignment: `[a, b = 1]`, `{ a, b: [c] }`. */
export function assignmentPattern(name: ts.BindingName): ts.Expression {
  if (ts.isIdentifier(name)) return name;
  if (ts.isArrayBindingPattern(name)) {
    return factory.createArrayLiteralExpression(
      name.elements.map((element) => {
        if (ts.isOmittedExpression(element)) return element;
        const target = withDefault(element);
        return element.dotDotDotToken ? factory.createSpreadElement(target) : target;
      }),
    );
  }
  return factory.createObjectLiteralExpression(
    name.elements.map((element) => {
      if (element.dotDotDotToken) return factory.createSpreadAssignment(assignmentPattern(element.name));
      const key = element.propertyName ?? (ts.isIdentifier(element.name) ? element.name.text : '');
      return factory.createPropertyAssignment(key, withDefault(element));
    }),
  );
}

function withDefault(element: ts.BindingElement): ts.Expression {
  const target = assignmentPattern(element.name);
  return element.initializer ? factory.createAssignment(target, element.initializer) : target;
}
