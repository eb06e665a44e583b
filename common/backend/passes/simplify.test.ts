import { describe, expect, it } from 'vitest';
import { apply, Graph, inputValue, type Value } from '../graph.js';
import type { ArithmeticOp } from '../ops.js';
import { rewrite } from './rewrite.js';
import { simplifyRules } from './simplify.js';

const simplified = (...outputs: Value[]) => rewrite(Graph.of(outputs), simplifyRules).toString();
const float = (...shape: number[]) => inputValue(shape, 'float32');
const fill = (value: number, ...shape: number[]) => apply('Fill', [], { shape, dtype: 'float32', value });
const bin = (op: ArithmeticOp, a: Value, b: Value) => apply(op, [a, b], {});

describe('simplify: arithmetic', () => {
  it('drops what adds nothing', () => {
    const x = float(2, 3);
    for (const [op, a, b] of [
      ['Add', x, fill(0)],
      ['Add', fill(0, 2, 3), x],
      ['Sub', x, fill(0, 3)],
      ['Mul', x, fill(1, 2, 3)],
      ['Mul', fill(1), x],
      ['Div', x, fill(1)],
      ['Pow', x, fill(1)],
    ] as const)
      expect(simplified(bin(op, a, b)), op).toBe('graph(in0: float32[2,3])\n  return in0');
  });

  it('keeps the broadcast that an identity did', () => {
    expect(simplified(bin('Add', float(3), fill(0, 2, 3)))).toMatchInlineSnapshot(`
      "graph(in0: float32[3])
        %0 = Expand(in0) {shape: [2,3]} : float32[2,3]
        return %0"
    `);
  });

  it('does not take 0 − x, 1 / x or x · 0 for identities', () => {
    const x = float(2);
    expect(simplified(bin('Sub', fill(0), x))).toContain('Sub');
    expect(simplified(bin('Div', fill(1), x))).toContain('Div');
    // 0 · NaN is NaN.
    expect(simplified(bin('Mul', x, fill(0)))).toContain('Mul');
  });

  it('computes with known numbers, in float32', () => {
    const third = bin('Div', fill(1), fill(3));
    expect(simplified(bin('Mul', bin('Add', third, fill(1)), fill(2, 2)))).toMatchInlineSnapshot(`
      "graph()
        %0 = Fill() {value: 2.6666667461395264} : float32[2]
        return %0"
    `);
    expect(simplified(third)).toContain(`value: ${Math.fround(1 / 3)}`);
  });

  it('reads repeated values before they are repeated', () => {
    const x = float(4, 3);
    const column = apply('Expand', [float(4, 1)], { shape: [4, 3] });
    expect(simplified(bin('Mul', bin('Add', x, fill(2, 4, 3)), column))).toMatchInlineSnapshot(`
      "graph(in0: float32[4,3], in1: float32[4,1])
        %0 = Fill() {value: 2} : float32[]
        %1 = Add(in0, %0) : float32[4,3]
        %2 = Mul(%1, in1) : float32[4,3]
        return %2"
    `);
  });

  it('writes small powers as products and roots', () => {
    const x = float(2);
    expect(simplified(...[2, 3, 0.5, -1, 2.5].map((p) => bin('Pow', x, fill(p))))).toMatchInlineSnapshot(`
      "graph(in0: float32[2])
        %0 = Mul(in0, in0) : float32[2]
        %1 = Mul(%0, in0) : float32[2]
        %2 = Sqrt(in0) : float32[2]
        %3 = Reciprocal(in0) : float32[2]
        %4 = Fill() {value: 2.5} : float32[]
        %5 = Pow(in0, %4) : float32[2]
        return %0, %1, %2, %3, %5"
    `);
    expect(simplified(apply('Square', [x], {}))).toMatchInlineSnapshot(`
      "graph(in0: float32[2])
        %0 = Mul(in0, in0) : float32[2]
        return %0"
    `);
  });

  it('keeps the power of integers', () => {
    const x = inputValue([2], 'int32');
    expect(simplified(bin('Pow', x, apply('Fill', [], { shape: [], dtype: 'int32', value: 2 })))).toContain('Pow');
  });
});

describe('simplify: movement', () => {
  it('drops and joins reshapes, expansions and transposes', () => {
    const x = float(2, 3);
    const reshaped = apply('Reshape', [apply('Reshape', [x], { shape: [6] })], { shape: [3, 2] });
    const expanded = apply('Expand', [apply('Expand', [float(3, 1)], { shape: [3, 2] })], { shape: [4, 3, 2] });
    const turned = apply('Transpose', [apply('Transpose', [float(2, 3, 4)], { perm: [2, 0, 1] })], { perm: [1, 0, 2] });
    expect(simplified(reshaped, expanded, turned)).toMatchInlineSnapshot(`
      "graph(in0: float32[2,3], in1: float32[3,1], in2: float32[2,3,4])
        %0 = Reshape(in0) {shape: [3,2]} : float32[3,2]
        %1 = Expand(in1) {shape: [4,3,2]} : float32[4,3,2]
        %2 = Transpose(in2) {perm: [0,2,1]} : float32[2,4,3]
        return %0, %1, %2"
    `);
    const back = apply('Transpose', [apply('Transpose', [x], { perm: [1, 0] })], { perm: [1, 0] });
    const same = apply('Reshape', [apply('Reshape', [x], { shape: [6] })], { shape: [2, 3] });
    expect(simplified(back, same)).toBe('graph(in0: float32[2,3])\n  return in0, in0');
  });

  it('sees that moving axes of length 1 moves nothing', () => {
    expect(simplified(apply('Transpose', [float(1, 5, 1, 2)], { perm: [1, 2, 0, 3] }))).toMatchInlineSnapshot(`
      "graph(in0: float32[1,5,1,2])
        %0 = Reshape(in0) {shape: [5,1,1,2]} : float32[5,1,1,2]
        return %0"
    `);
    expect(simplified(apply('Transpose', [float(1, 5, 1, 2)], { perm: [3, 1, 0, 2] }))).toContain('Transpose');
  });

  it('drops whole slices, single concatenations, single splits and repetitions of once', () => {
    const x = float(4, 2);
    const whole = apply('Slice', [x], { starts: [0, 0], ends: [4, 2], steps: [1, 1] });
    const joined = apply('Concat', [whole], { axis: 0 });
    const split = apply('Split', [joined], { axis: 0, sizes: [4] });
    expect(simplified(apply('Tile', [split], { repeats: [1, 1] }))).toBe('graph(in0: float32[4,2])\n  return in0');
    expect(simplified(apply('Slice', [x], { starts: [0, 0], ends: [4, 2], steps: [2, 1] }))).toContain('Slice');
    expect(simplified(apply('Tile', [float(1, 3)], { repeats: [5, 1] }))).toContain('Expand');
    expect(simplified(apply('Tile', [x], { repeats: [2, 1] }))).toContain('Tile');
  });

  it('drops casts to the same type and reductions of axes of length 1', () => {
    expect(simplified(apply('Cast', [float(2)], { to: 'float32' }))).not.toContain('Cast');
    expect(simplified(apply('Cast', [float(2)], { to: 'int32' }))).toContain('Cast');
    expect(simplified(apply('ReduceMean', [float(2, 1, 3)], { axes: [1], keepDims: false }))).toMatchInlineSnapshot(`
      "graph(in0: float32[2,1,3])
        %0 = Reshape(in0) {shape: [2,3]} : float32[2,3]
        return %0"
    `);
    expect(simplified(apply('ReduceSum', [float(2, 1, 3)], { axes: [1, 2], keepDims: false }))).toContain('ReduceSum');
  });

  it('gives products the transposes of their factors', () => {
    const swap = (x: Value) => apply('Transpose', [x], { perm: [0, 2, 1] });
    const plain = { transA: false, transB: false, alpha: 1 };
    expect(simplified(apply('MatMul', [swap(float(7, 3, 2)), swap(float(7, 5, 3))], plain))).toMatchInlineSnapshot(`
      "graph(in0: float32[7,3,2], in1: float32[7,5,3])
        %0 = MatMul(in0, in1) {transA: true, transB: true, alpha: 1} : float32[7,2,5]
        return %0"
    `);
    // Two transposes of one factor cancel.
    const twice = apply('MatMul', [float(2, 3), apply('Transpose', [float(5, 3)], { perm: [1, 0] })], plain);
    const again = apply('MatMul', [float(2, 3), apply('Transpose', [float(3, 5)], { perm: [1, 0] })], {
      ...plain,
      transB: true,
    });
    expect(simplified(twice)).toContain('transB: true');
    expect(simplified(again)).toContain('transB: false');
    // Another permutation is not the product's to do.
    expect(
      simplified(apply('MatMul', [apply('Transpose', [float(3, 7, 2)], { perm: [1, 2, 0] }), float(7, 3, 5)], plain)),
    ).toContain('Transpose');
  });
});
