import { expect, it } from 'vitest';
import { compareOperator } from './testing/compareOperator.js';
import { fuzz } from './testing/fuzz.js';
import { operators } from './testing/moreOperators.js';

it("1,000 random graphs of 20 operators have the values and gradients of tfjs's CPU backend", () => {
  const wrong = Array.from({ length: 1000 }, (_, i) => fuzz(1000 + i)).filter((text) => text !== undefined);
  expect(wrong).toEqual([]);
});

it('every operator with 50 random arguments as on the CPU backend', () => {
  const wrong = Object.entries(operators).flatMap(([name, operator]) =>
    Array.from({ length: 50 }, (_, i) => compareOperator(name, operator, 1000 + i)).filter(
      (text) => text !== undefined,
    ),
  );
  expect(wrong).toEqual([]);
});
