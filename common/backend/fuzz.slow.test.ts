import { expect, it } from 'vitest';
import { fuzz } from './testing/fuzz.js';

it("1,000 random graphs of 20 operators have the values and gradients of tfjs's CPU backend", () => {
  const wrong = Array.from({ length: 1000 }, (_, i) => fuzz(1000 + i)).filter((text) => text !== undefined);
  expect(wrong).toEqual([]);
});
