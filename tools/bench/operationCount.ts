/** The work in a graph. */
export interface OperationCount {
  /** Multiplications and additions of matrix products. */
  products: number;
  /** Elements written by all other operators. */
  elements: number;
}

/** An element of an elementwise operator takes about as long as so many operations of a product: memory is slower than arithmetic. */
export const ELEMENT_COST = 40;

const free = new Set(['Reshape', 'Identity', 'Fill', 'Constant', 'Expand']);
const typesIn = (text: string): number[][] =>
  [...text.matchAll(/\w+\[([\d,]*)\]/g)].map(([, shape = '']) => shape.split(',').filter(Boolean).map(Number));
const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** Counts the operations of a printed graph (see printGraph in common/backend). */
export function countOperations(graph: string): OperationCount {
  const shapes = new Map<string, number[]>();
  const count = { products: 0, elements: 0 };
  const [head = '', ...lines] = graph.split('\n');
  for (const [, name = '', type = ''] of head.matchAll(/(in\d+): (\w+\[[\d,]*\])/g))
    shapes.set(name, typesIn(type)[0] ?? []);
  for (const line of lines) {
    const match = /^ +(%[^=]*) = (\w+)\(([^)]*)\)(.*) : ([^:]*)$/.exec(line);
    if (match === null) continue;
    const [, left = '', op = '', inputs = '', attrs = '', types = ''] = match;
    const outputs = typesIn(types);
    for (const [i, name] of left.split(', ').entries()) shapes.set(name, outputs[i] ?? []);
    const total = outputs.reduce((sum, shape) => sum + sizeOf(shape), 0);
    if (op === 'MatMul' || op === 'Gemm') {
      const first = shapes.get(inputs.split(', ')[0] ?? '') ?? [];
      count.products += 2 * total * (first.at(attrs.includes('transA: true') ? -2 : -1) ?? 1);
    } else if (op.startsWith('Conv')) throw new Error(`the operations of ${op} are not counted`);
    else if (!free.has(op)) count.elements += total;
  }
  return count;
}

/** The count as one number, in operations of a product. */
export const weigh = ({ products, elements }: OperationCount): number => products + ELEMENT_COST * elements;
