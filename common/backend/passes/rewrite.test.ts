import { describe, expect, it } from 'vitest';
import { apply, Graph, inputValue, makeNode, type Node, type Value } from '../graph.js';
import { optimize, passes } from './index.js';
import { rewrite } from './rewrite.js';
import { verify } from './verify.js';

const float = (...shape: number[]) => inputValue(shape, 'float32');

describe('rewrite', () => {
  it('makes equal nodes once (common-subexpression elimination)', () => {
    const [x, y] = [float(2, 3), float(2, 3)];
    const sum = () => apply('Exp', [apply('Add', [x, y], {})], {});
    const other = apply('Exp', [apply('Add', [y, x], {})], {});
    expect(rewrite(Graph.of([apply('Mul', [sum(), sum()], {}), other]), {}).toString()).toMatchInlineSnapshot(`
      "graph(in0: float32[2,3], in1: float32[2,3])
        %0 = Add(in0, in1) : float32[2,3]
        %1 = Exp(%0) : float32[2,3]
        %2 = Mul(%1, %1) : float32[2,3]
        %3 = Add(in1, in0) : float32[2,3]
        %4 = Exp(%3) : float32[2,3]
        return %2, %4"
    `);
  });

  it('tells nodes apart by their attributes and constants by their contents', () => {
    const constant = (...data: number[]) =>
      apply('Constant', [], { shape: [2], dtype: 'float32', data: Float32Array.from(data) });
    const outputs = [constant(1, 2), constant(1, 2), constant(1, 3)];
    const graph = rewrite(Graph.of(outputs), {});
    expect(graph.outputs[0]).toBe(graph.outputs[1]);
    expect(graph.outputs[0]).not.toBe(graph.outputs[2]);
    const x = float(4);
    const clips = [1, 2].map((max) => apply('Clip', [x], { min: 0, max }));
    expect(new Set(rewrite(Graph.of(clips), {}).outputs).size).toBe(2);
    const parts = makeNode('Split', [x], { axis: 0, sizes: [1, 3] }).outputs.map((part) => apply('Neg', [part], {}));
    expect(new Set(rewrite(Graph.of(parts), {}).outputs).size).toBe(2);
  });

  it('drops what no output needs, inputs too (dead-code elimination)', () => {
    const [x, y] = [float(2), float(2)];
    const graph = new Graph(
      [x, y],
      [apply('Mul', [x, apply('Fill', [], { shape: [], dtype: 'float32', value: 1 })], {})],
    );
    const result = optimize(graph);
    expect(result.inputs).toEqual([x]);
    expect(result.toString()).toBe('graph(in0: float32[2])\n  return in0');
    const split = makeNode('Split', [x], { axis: 0, sizes: [1, 1] });
    expect(rewrite(Graph.of(split.outputs.slice(1)), {}).toString()).toMatchInlineSnapshot(`
      "graph(in0: float32[2])
        %0, %1 = Split(in0) {axis: 0, sizes: [1,1]} : float32[1], float32[1]
        return %1"
    `);
  });

  it('refuses a rule that changes a type', () => {
    const x = float(2);
    const rule = { Neg: () => [float(3)] };
    expect(() => rewrite(Graph.of([apply('Neg', [x], {})]), rule)).toThrow(
      'the rule of Neg made float32[3] of float32[2]',
    );
  });

  it('leaves a graph that is simple already as it is', () => {
    const [x, w, b] = [float(4, 8), float(8, 2), float(2)];
    const product = apply('MatMul', [x, w], { transA: false, transB: false, alpha: 1 });
    const once = optimize(Graph.of([apply('Relu', [apply('Add', [product, b], {})], {})]));
    expect(optimize(once).toString()).toBe(once.toString());
    expect(passes.map(({ name }) => name)).toEqual(['simplify', 'layout', 'fuse']);
  });
});

describe('verify', () => {
  it('accepts whole graphs', () => {
    const graph = Graph.of([apply('Add', [float(2, 1), float(3)], {})]);
    expect(verify(graph)).toBe(graph);
  });

  it('refuses an input that is not declared', () => {
    const [x, y] = [float(2), float(2)];
    expect(() => verify(new Graph([x], [apply('Add', [x, y], {})]))).toThrow('an Input that it does not declare');
  });

  it('refuses types that the inputs do not give', () => {
    const x = float(2, 3);
    const outputs: Value[] = [];
    const node: Node = { op: 'Neg', inputs: [x], attrs: {}, outputs, origin: undefined };
    outputs.push({ node, index: 0, shape: [3, 2], dtype: 'float32' });
    expect(() => verify(new Graph([x], outputs))).toThrow('Neg says float32[3,2], its inputs give float32[2,3]');
    outputs[0] = { node, index: 0, shape: [2, 3], dtype: 'int32' };
    expect(() => verify(new Graph([x], outputs))).toThrow('Neg says int32[2,3]');
  });
});
