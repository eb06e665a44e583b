import { describe, expect, it } from 'vitest';
import { apply, Graph, inputValue, makeNode, topological } from './graph.js';
import { broadcastShapes, windowOutput } from './infer.js';

const window = (over: object = {}) => ({
  kernel: [3, 3] as const,
  strides: [1, 1] as const,
  pads: [1, 1, 1, 1] as const,
  dilations: [1, 1] as const,
  ...over,
});

describe('Graph', () => {
  it('prints a node a line, with types', () => {
    const x = inputValue([2, 3], 'float32');
    const y = inputValue([3], 'float32');
    const sum = apply('Add', [x, y], {});
    const [largest, places] = makeNode('TopK', [sum], { k: 2 }).outputs;
    const one = apply('Fill', [], { shape: [2, 2], dtype: 'int32', value: 1 });
    const outputs = [largest, apply('Add', [places ?? one, one], {}), x].flatMap((v) => v ?? []);
    expect(Graph.of(outputs).toString()).toMatchInlineSnapshot(`
      "graph(in0: float32[2,3], in1: float32[3])
        %0 = Add(in0, in1) : float32[2,3]
        %1, %2 = TopK(%0) {k: 2} : float32[2,2], int32[2,2]
        %3 = Fill() {value: 1} : int32[2,2]
        %4 = Add(%2, %3) : int32[2,2]
        return %1, %4, in0"
    `);
    expect(`${Graph.of(outputs)}`).toContain('TopK');
  });

  it('prints equal graphs equally, and long constants in part', () => {
    const make = () => {
      const data = Float32Array.from({ length: 9 }, (_, i) => i / 2);
      return Graph.of([apply('Exp', [apply('Constant', [], { shape: [9], dtype: 'float32', data })], {})]).toString();
    };
    expect(make()).toBe(make());
    expect(make()).toMatchInlineSnapshot(`
      "graph()
        %0 = Constant() {data: {0 0.5 1 1.5 2 2.5 … 9}} : float32[9]
        %1 = Exp(%0) : float32[9]
        return %1"
    `);
  });

  it('takes its inputs in the order of need', () => {
    const [a, b, c] = [inputValue([1], 'float32'), inputValue([2], 'float32'), inputValue([3], 'float32')] as const;
    expect(Graph.of([apply('Neg', [c], {}), apply('Mul', [a, c], {})]).inputs).toEqual([c, a]);
    expect(Graph.of([b]).inputs).toEqual([b]);
  });

  it('orders a chain of 100,000 nodes without recursion', () => {
    let value = inputValue([], 'float32');
    for (let i = 0; i < 100_000; i++) value = apply('Neg', [value], {});
    const order = topological([value]);
    expect(order.length).toBe(100_001);
    expect(order.every((node, i) => i === 0 || node.inputs[0]?.node === order[i - 1])).toBe(true);
  });
});

describe('inference of types', () => {
  it('broadcasts as numpy does', () => {
    expect(broadcastShapes([5, 1, 4], [3, 1])).toEqual([5, 3, 4]);
    expect(broadcastShapes([], [2, 0])).toEqual([2, 0]);
    expect(broadcastShapes([1], [0])).toEqual([0]);
    expect(() => broadcastShapes([2, 3], [4, 3])).toThrow('[2,3] and [4,3]');
  });

  it('counts the places of a window (torch.nn.Conv2d: floor((n + 2p − d(k − 1) − 1)/s) + 1)', () => {
    expect(windowOutput(window(), 28, 27)).toEqual([28, 27]);
    expect(windowOutput(window({ strides: [2, 2] }), 28, 27)).toEqual([14, 14]);
    expect(windowOutput(window({ dilations: [2, 3], pads: [0, 0, 0, 0] }), 10, 10)).toEqual([6, 4]);
  });

  it.each([
    [
      'MatMul',
      () =>
        apply('MatMul', [inputValue([7, 2, 3], 'float32'), inputValue([4, 3], 'float32')], {
          transA: false,
          transB: true,
          alpha: 1,
        }),
      [7, 2, 4],
    ],
    ['Concat', () => apply('Concat', [inputValue([2, 3], 'int32'), inputValue([2, 1], 'int32')], { axis: 1 }), [2, 4]],
    ['Slice', () => apply('Slice', [inputValue([10], 'int32')], { starts: [1], ends: [8], steps: [3] }), [3]],
    [
      'Gather',
      () => apply('Gather', [inputValue([5, 6, 7], 'float32'), inputValue([2, 2], 'int32')], { axis: 1 }),
      [5, 2, 2, 7],
    ],
    ['ReduceSum', () => apply('ReduceSum', [inputValue([5, 6, 7], 'float32')], { axes: [0, 2], keepDims: false }), [6]],
    ['ArgMax', () => apply('ArgMax', [inputValue([5, 6], 'float32')], { axis: 1 }), [5]],
    [
      'OneHot',
      () => apply('OneHot', [inputValue([5], 'int32')], { depth: 3, on: 1, off: 0, dtype: 'float32' }),
      [5, 3],
    ],
    ['Transpose', () => apply('Transpose', [inputValue([5, 6, 7], 'float32')], { perm: [2, 0, 1] }), [7, 5, 6]],
    ['Pad', () => apply('Pad', [inputValue([5, 6], 'float32')], { before: [1, 0], after: [0, 2], value: 0 }), [6, 8]],
    [
      'Conv',
      () =>
        apply('Conv', [inputValue([2, 4, 9, 9], 'float32'), inputValue([8, 2, 3, 3], 'float32')], {
          ...window({ strides: [2, 2] }),
          groups: 2,
        }),
      [2, 8, 5, 5],
    ],
  ] as const)('%s', (_, make, shape) => {
    // biome-ignore format: a table
    expect(make().shape).toEqual(shape);
  });

  it('refuses what does not fit, naming the shapes', () => {
    const [a, b] = [inputValue([2, 3], 'float32'), inputValue([4, 5], 'float32')];
    const plain = { transA: false, transB: false, alpha: 1 };
    expect(() => apply('MatMul', [a, b], plain)).toThrow(
      'inner sizes differ in the product of [2,3] and [4,5]: 3 and 4',
    );
    expect(() => apply('Add', [a, b], {})).toThrow('cannot be broadcast');
    expect(() => apply('Neg', [], {})).toThrow('missing its input 0');
    const image = inputValue([1, 3, 8, 8], 'float32');
    const filter = inputValue([8, 4, 3, 3], 'float32');
    expect(() => apply('Conv', [image, filter], { ...window(), groups: 1 })).toThrow(
      '3 channels under weights [8,4,3,3]',
    );
  });
});
