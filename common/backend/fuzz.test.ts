import { expect, it } from 'vitest';
import { fuzz } from './testing/fuzz.js';

it("100 random graphs of 20 operators have the values and gradients of tfjs's CPU backend", () => {
  for (let seed = 1; seed <= 100; seed++) expect(fuzz(seed)).toBeUndefined();
});
