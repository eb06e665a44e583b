import { sameShape, type Value } from '../graph.js';
import type { ArithmeticOp, DType, UnaryOp } from '../ops.js';
import type { Context } from './register.js';

// Short names for the operators that kernels are composed of.

export const number = (k: Context, value: number, dtype: DType = 'float32'): Value =>
  k.apply('Fill', [], { shape: [], dtype, value });
export const binary = (k: Context, op: ArithmeticOp, a: Value, b: Value | number): Value =>
  k.apply(op, [a, typeof b === 'number' ? number(k, b, a.dtype) : b], {});
export const add = (k: Context, a: Value, b: Value | number): Value => binary(k, 'Add', a, b);
export const sub = (k: Context, a: Value, b: Value | number): Value => binary(k, 'Sub', a, b);
export const mul = (k: Context, a: Value, b: Value | number): Value => binary(k, 'Mul', a, b);
export const unary = (k: Context, op: UnaryOp, x: Value): Value => k.apply(op, [x], {});
export const cast = (k: Context, x: Value, to: DType): Value => (x.dtype === to ? x : k.apply('Cast', [x], { to }));
export const where = (k: Context, test: Value, yes: Value, no: Value): Value => k.apply('Where', [test, yes, no], {});
export const reshape = (k: Context, x: Value, shape: readonly number[]): Value =>
  sameShape(x.shape, shape) ? x : k.apply('Reshape', [x], { shape });
export const transpose = (k: Context, x: Value, perm: readonly number[]): Value => k.apply('Transpose', [x], { perm });
export const slice = (k: Context, x: Value, starts: readonly number[], ends: readonly number[]): Value =>
  k.apply('Slice', [x], { starts, ends, steps: starts.map(() => 1) });
export const concat = (k: Context, values: readonly Value[], axis: number): Value =>
  k.apply('Concat', values, { axis });
export const gather = (k: Context, x: Value, indices: Value, axis: number): Value =>
  k.apply('Gather', [x, indices], { axis });

const known = new Map<string, Float32Array | Int32Array>();
/** Small tables that a kernel needs again and again, made once: the graph's key knows large constants by identity. */
export function table(k: Context, key: string, shape: readonly number[], make: () => Float32Array | Int32Array): Value {
  let data = known.get(key);
  if (data === undefined) {
    data = make();
    if (known.size > 256) known.clear();
    known.set(key, data);
  }
  return k.apply('Constant', [], { shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', data });
}
