import { type NodeOf, sameShape, type Value } from '../graph.js';
import { broadcastShapes } from '../infer.js';
import type { ArithmeticOp, OpName } from '../ops.js';
import { uniformValue } from './constants.js';
import type { Build, Rule, Rules } from './rewrite.js';

type Maybe = readonly Value[] | undefined;

export const input = (node: { readonly inputs: readonly Value[] }, i = 0): Value => {
  const value = node.inputs[i];
  if (value === undefined) throw new Error(`operator is missing its input ${i}`);
  return value;
};

/** x brought to a shape it broadcasts to. */
const expanded = (x: Value, shape: readonly number[], build: Build): Value =>
  sameShape(x.shape, shape) ? x : build('Expand', [x], { shape });

const scalar = (value: number, dtype: Value['dtype'], build: Build): Value =>
  build('Fill', [], { shape: [], dtype, value });

/** What a broadcasting operator can read instead of an expanded or repeated operand: the operand before it was expanded. */
function narrow(value: Value, other: Value, shape: readonly number[], build: Build): Value {
  const { node } = value;
  if (node.op === 'Fill' && value.shape.length > 0) {
    if (sameShape(broadcastShapes([], other.shape), shape)) return scalar(node.attrs.value, value.dtype, build);
  }
  if (node.op === 'Expand') {
    const source = input(node);
    if (sameShape(broadcastShapes(source.shape, other.shape), shape)) return source;
  }
  return value;
}

/** Drops expansions that broadcasting does anyway, then applies the operator's own identities. */
const binary =
  <K extends OpName & (ArithmeticOp | 'Equal' | 'Greater' | 'Less')>(
    op: K,
    identities: (a: Value, b: Value, shape: readonly number[], build: Build) => Value | undefined = () => undefined,
  ): ((node: { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] }, build: Build) => Maybe) =>
  (node, build) => {
    const [a, b] = [input(node, 0), input(node, 1)];
    const shape = node.outputs[0]?.shape ?? [];
    const known = identities(a, b, shape, build);
    if (known !== undefined) return [known];
    const left = narrow(a, b, shape, build);
    const right = narrow(b, left, shape, build);
    if (left === a && right === b) return undefined;
    return [build<ArithmeticOp>(op as ArithmeticOp, [left, right], {})];
  };

/** The operator on two numbers that are known. */
const folded = (a: Value, b: Value, shape: readonly number[], build: Build, f: (a: number, b: number) => number) => {
  const [p, q] = [uniformValue(a), uniformValue(b)];
  if (p === undefined || q === undefined || a.dtype !== 'float32') return undefined;
  return build('Fill', [], { shape, dtype: a.dtype, value: Math.fround(f(p, q)) });
};

const add = binary('Add', (a, b, shape, build) => {
  if (uniformValue(a) === 0) return expanded(b, shape, build);
  if (uniformValue(b) === 0) return expanded(a, shape, build);
  return folded(a, b, shape, build, (p, q) => p + q);
});

const sub = binary('Sub', (a, b, shape, build) =>
  uniformValue(b) === 0 ? expanded(a, shape, build) : folded(a, b, shape, build, (p, q) => p - q),
);

const mul = binary('Mul', (a, b, shape, build) => {
  if (uniformValue(a) === 1) return expanded(b, shape, build);
  if (uniformValue(b) === 1) return expanded(a, shape, build);
  return folded(a, b, shape, build, (p, q) => p * q);
});

const div = binary('Div', (a, b, shape, build) =>
  uniformValue(b) === 1 ? expanded(a, shape, build) : folded(a, b, shape, build, (p, q) => p / q),
);

// ONNX Runtime's Pow costs ten products.
const pow = binary('Pow', (a, b, shape, build) => {
  const exponent = uniformValue(b);
  if (exponent === undefined || a.dtype !== 'float32') return undefined;
  const x = expanded(a, shape, build);
  if (exponent === 1) return x;
  if (exponent === 2) return build('Mul', [x, x], {});
  if (exponent === 3) return build('Mul', [build('Mul', [x, x], {}), x], {});
  if (exponent === 0.5) return build('Sqrt', [x], {});
  if (exponent === -1) return build('Reciprocal', [x], {});
  return undefined;
});

const reshape: Rule<'Reshape'> = (node, build) => {
  const x = input(node);
  if (sameShape(x.shape, node.attrs.shape)) return [x];
  if (x.node.op === 'Reshape') return [build('Reshape', [input(x.node)], node.attrs)];
  if (x.node.op === 'Fill') return [build('Fill', [], { ...x.node.attrs, shape: node.attrs.shape })];
  return undefined;
};

const expand: Rule<'Expand'> = (node, build) => {
  const x = input(node);
  if (sameShape(x.shape, node.attrs.shape)) return [x];
  if (x.node.op === 'Expand') return [build('Expand', [input(x.node)], node.attrs)];
  if (x.node.op === 'Fill') return [build('Fill', [], { ...x.node.attrs, shape: node.attrs.shape })];
  return undefined;
};

const transpose: Rule<'Transpose'> = (node, build) => {
  const { perm } = node.attrs;
  const x = input(node);
  const shape = node.outputs[0]?.shape ?? [];
  if (perm.every((p, i) => p === i)) return [x];
  // Only axes of length 1 move: the memory stays as it is.
  const long = perm.filter((p) => x.shape[p] !== 1);
  if (long.every((p, i) => i === 0 || (long[i - 1] ?? 0) < p)) return [build('Reshape', [x], { shape })];
  if (x.node.op === 'Transpose') {
    const before = x.node.attrs.perm;
    return [build('Transpose', [input(x.node)], { perm: perm.map((p) => before[p] ?? 0) })];
  }
  if (x.node.op === 'Fill') return [build('Fill', [], { ...x.node.attrs, shape })];
  return undefined;
};

const slice: Rule<'Slice'> = (node) => {
  const x = input(node);
  const { starts, ends, steps } = node.attrs;
  return x.shape.every((d, i) => starts[i] === 0 && ends[i] === d && steps[i] === 1) ? [x] : undefined;
};

const cast: Rule<'Cast'> = (node, build) => {
  const x = input(node);
  if (x.dtype === node.attrs.to) return [x];
  if (x.node.op === 'Fill' && node.attrs.to === 'float32')
    return [build('Fill', [], { shape: x.shape, dtype: 'float32', value: Number(x.node.attrs.value) })];
  return undefined;
};

const only = (node: { readonly inputs: readonly Value[] }): Maybe =>
  node.inputs.length === 1 ? [input(node)] : undefined;

const reduce = (
  node: NodeOf<'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd'>,
  build: Build,
): Maybe => {
  const x = input(node);
  if (!node.attrs.axes.every((axis) => x.shape[axis] === 1)) return undefined;
  return [build('Reshape', [x], { shape: node.outputs[0]?.shape ?? [] })];
};

const isSwap = (perm: readonly number[]): boolean => {
  const rank = perm.length;
  return rank >= 2 && perm.every((p, i) => p === (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i));
};

/** A transpose of a factor's last two axes is free inside the product. */
const matMul: Rule<'MatMul'> = (node, build) => {
  const [a, b] = [input(node, 0), input(node, 1)];
  const { transA, transB, alpha } = node.attrs;
  if (a.dtype !== 'float32') return undefined;
  if (a.node.op === 'Transpose' && isSwap(a.node.attrs.perm))
    return [build('MatMul', [input(a.node), b], { transA: !transA, transB, alpha })];
  if (b.node.op === 'Transpose' && isSwap(b.node.attrs.perm))
    return [build('MatMul', [a, input(b.node)], { transA, transB: !transB, alpha })];
  return undefined;
};

const tile: Rule<'Tile'> = (node, build) => {
  const x = input(node);
  const { repeats } = node.attrs;
  if (repeats.every((r) => r === 1)) return [x];
  // Repeating axes of length 1 is an expansion, which later operators may not even need.
  if (repeats.every((r, i) => r === 1 || x.shape[i] === 1))
    return [build('Expand', [x], { shape: x.shape.map((d, i) => d * (repeats[i] ?? 1)) })];
  return undefined;
};

const square: Rule<'Square'> = (node, build) => [build('Mul', [input(node), input(node)], {})];

/** Σ over the rows of a matrix that was expanded from one row, and the like, stay as they are: only what costs nothing is rewritten here. */
export const simplifyRules: Rules = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Pow: pow,
  Maximum: binary('Maximum'),
  Minimum: binary('Minimum'),
  Identity: only,
  Concat: only,
  Split: (node) => (node.attrs.sizes.length === 1 ? [input(node)] : undefined),
  Reshape: reshape,
  Expand: expand,
  Transpose: transpose,
  Slice: slice,
  Cast: cast,
  Tile: tile,
  Square: square,
  MatMul: matMul,
  ReduceSum: reduce,
  ReduceMean: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
};
