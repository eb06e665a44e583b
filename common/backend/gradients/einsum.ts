import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, gradient } from './gradient.js';

/** The gradient of one factor: the product of dy and the others, its own letters as the result. */
function factorGradient(equation: string, dy: Tensor, factors: readonly Tensor[], which: number): Tensor {
  const [left = '', right = ''] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  const own = [...(terms[which] ?? '')];
  const others = factors.filter((_, i) => i !== which);
  const otherTerms = terms.filter((_, i) => i !== which);
  const reachable = own.filter((letter) => right.includes(letter) || otherTerms.some((term) => term.includes(letter)));
  const product = core.einsum(`${[right, ...otherTerms].join(',')}->${reachable.join('')}`, dy, ...others);
  if (reachable.length === own.length) return product;
  // A letter that only this factor has was summed over: every place of it has the same gradient.
  const { shape } = at(factors, which);
  const wide = own.map((letter, i) => (reachable.includes(letter) ? (shape[i] ?? 1) : 1));
  return core.broadcastTo(core.reshape(product, wide), shape);
}

export const einsumGradients = [
  gradient<core.EinsumAttrs>(core.Einsum, {
    save: 'all',
    of: (dy, factors, { equation }) => factors.map((_, i) => () => factorGradient(equation, dy, factors, i)),
  }),
];
