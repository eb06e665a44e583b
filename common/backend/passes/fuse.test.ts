import { describe, expect, it } from 'vitest';
import { apply, Graph, inputValue, type Value } from '../graph.js';
import { fuseRules } from './fuse.js';
import { rewrite } from './rewrite.js';

const fused = (...outputs: Value[]) => rewrite(Graph.of(outputs), fuseRules).toString();
const float = (...shape: number[]) => inputValue(shape, 'float32');
const fill = (value: number, ...shape: number[]) => apply('Fill', [], { shape, dtype: 'float32', value });
const product = (a: Value, b: Value) => apply('MatMul', [a, b], { transA: false, transB: false, alpha: 1 });
const window = { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 } as const;

describe('fuse', () => {
  it('takes a vector over the columns into the product', () => {
    expect(fused(apply('Add', [product(float(4, 3), float(3, 2)), float(2)], {}))).toMatchInlineSnapshot(`
      "graph(in0: float32[4,3], in1: float32[3,2], in2: float32[2])
        %0 = Gemm(in0, in1, in2) {transA: false, transB: false, alpha: 1} : float32[4,2]
        return %0"
    `);
    expect(fused(apply('Add', [float(1, 2), product(float(4, 3), float(3, 2))], {}))).toMatchInlineSnapshot(`
      "graph(in0: float32[1,2], in1: float32[4,3], in2: float32[3,2])
        %0 = Reshape(in0) {shape: [2]} : float32[2]
        %1 = Gemm(in1, in2, %0) {transA: false, transB: false, alpha: 1} : float32[4,2]
        return %1"
    `);
  });

  it('leaves other sums beside the product', () => {
    const xw = () => product(float(4, 3), float(3, 2));
    // A column, a full matrix, a scalar, a stack of products, a product that is also read elsewhere.
    expect(fused(apply('Add', [xw(), float(4, 1)], {}))).not.toContain('Gemm');
    expect(fused(apply('Add', [xw(), float(4, 2)], {}))).not.toContain('Gemm');
    expect(fused(apply('Add', [xw(), float()], {}))).not.toContain('Gemm');
    expect(fused(apply('Add', [product(float(7, 4, 3), float(3, 2)), float(2)], {}))).not.toContain('Gemm');
    const shared = xw();
    expect(fused(apply('Add', [shared, float(2)], {}), shared)).not.toContain('Gemm');
    // With two columns and two rows a vector of two is one over the columns.
    expect(fused(apply('Add', [product(float(2, 3), float(3, 2)), float(2, 1)], {}))).not.toContain('Gemm');
  });

  it('takes a value a channel into the convolution', () => {
    const conv = apply('Conv', [float(2, 3, 8, 8), float(4, 3, 3, 3)], window);
    expect(fused(apply('Add', [conv, float(1, 4, 1, 1)], {}))).toMatchInlineSnapshot(`
      "graph(in0: float32[2,3,8,8], in1: float32[4,3,3,3], in2: float32[1,4,1,1])
        %0 = Reshape(in2) {shape: [4]} : float32[4]
        %1 = Conv(in0, in1, %0) {kernel: [3,3], strides: [1,1], pads: [1,1,1,1], dilations: [1,1], groups: 1} : float32[2,4,8,8]
        return %1"
    `);
    const other = apply('Conv', [float(2, 3, 8, 8), float(4, 3, 3, 3)], window);
    expect(fused(apply('Add', [other, float(8)], {}))).toContain('Add');
    const biased = apply('Conv', [float(2, 3, 8, 8), float(4, 3, 3, 3), float(4)], window);
    expect(fused(apply('Add', [biased, float(1, 4, 1, 1)], {}))).toContain('Add');
  });

  it('takes a known factor into the product', () => {
    const scaled = apply('Mul', [product(float(7, 4, 3), float(7, 3, 4)), fill(0.125)], {});
    expect(fused(apply('Mul', [fill(2, 7, 4, 4), scaled], {}))).toMatchInlineSnapshot(`
      "graph(in0: float32[7,4,3], in1: float32[7,3,4])
        %0 = MatMul(in0, in1) {transA: false, transB: false, alpha: 0.25} : float32[7,4,4]
        return %0"
    `);
    expect(fused(apply('Mul', [product(float(4, 3), float(3, 2)), float()], {}))).toContain('Mul(');
  });

  it('takes the factor before the bias, never after', () => {
    const xw = product(float(4, 3), float(3, 2));
    const biasLast = apply('Add', [apply('Mul', [xw, fill(3)], {}), float(2)], {});
    expect(fused(biasLast)).toMatchInlineSnapshot(`
      "graph(in0: float32[4,3], in1: float32[3,2], in2: float32[2])
        %0 = Gemm(in0, in1, in2) {transA: false, transB: false, alpha: 3} : float32[4,2]
        return %0"
    `);
    const factorLast = apply('Mul', [apply('Add', [product(float(4, 3), float(3, 2)), float(2)], {}), fill(3)], {});
    expect(fused(factorLast)).toMatchInlineSnapshot(`
      "graph(in0: float32[4,3], in1: float32[3,2], in2: float32[2])
        %0 = Gemm(in0, in1, in2) {transA: false, transB: false, alpha: 1} : float32[4,2]
        %1 = Fill() {value: 3} : float32[]
        %2 = Mul(%0, %1) : float32[4,2]
        return %2"
    `);
  });
});
