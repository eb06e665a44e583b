import { expect, test } from 'vitest';
import { countOperations } from './operationCount.js';

test('products are counted by their three sides, other operators by what they write', () => {
  const graph = [
    'graph(in0: float32[4,3], in1: float32[5,3], in2: float32[7,3,2])',
    '  %0 = MatMul(in0, in1) {transA: false, transB: true, alpha: 1} : float32[4,5]',
    '  %1 = MatMul(in2, in2) {transA: true, transB: false, alpha: 0.5} : float32[7,2,2]',
    '  %2 = Fill() {value: 2} : float32[]',
    '  %3 = Mul(%0, %2) : float32[4,5]',
    '  %4, %5 = TopK(%3) {k: 2} : float32[4,2], int32[4,2]',
    '  %6 = Reshape(%4) {shape: [8]} : float32[8]',
    '  return %6, %1',
  ].join('\n');
  expect(countOperations(graph)).toEqual({ products: 2 * 4 * 5 * 3 + 2 * 7 * 2 * 2 * 3, elements: 20 + 16 });
});
