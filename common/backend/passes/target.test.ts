import { expect, it } from 'vitest';
import { apply, Graph, inputValue } from '../graph.js';
import { optimize } from './index.js';

it('prepares a graph for its provider', () => {
  const x = inputValue([7, 4, 3], 'float32');
  const product = apply('MatMul', [x, x], { transA: false, transB: true, alpha: 1 });
  const half = apply('Fill', [], { shape: [], dtype: 'float32', value: 0.5 });
  const graph = Graph.of([apply('Mul', [product, half], {})]);
  expect(optimize(graph).toString()).toMatchInlineSnapshot(`
    "graph(in0: float32[7,4,3])
      %0 = MatMul(in0, in0) {transA: false, transB: true, alpha: 0.5} : float32[7,4,4]
      return %0"
  `);
  expect(optimize(graph, { provider: 'webgpu' }).toString()).toMatchInlineSnapshot(`
    "graph(in0: float32[7,4,3])
      %0 = MatMul(in0, in0) {transA: false, transB: true, alpha: 1} : float32[7,4,4]
      %1 = Fill() {value: 0.5} : float32[]
      %2 = Mul(%0, %1) : float32[7,4,4]
      return %2"
  `);
});
