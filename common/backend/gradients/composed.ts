import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { at, inner, none } from './gradient.js';

interface Composed<Attrs> {
  /** The inputs that a gradient flows to. */
  readonly of: readonly string[];
  /** Inputs that are functions of the others, as saved statistics are: `outputs` computes them anew, so that their share is counted there. */
  readonly derived: readonly string[];
  /** What the kernel computes of the inputs in `of`, in operators that have gradients. */
  readonly outputs: (inputs: readonly Tensor[], attrs: Attrs) => readonly Tensor[];
}

/**
 * The gradient of a kernel that is a gradient itself. The kernel stays as fast as it is; only who differentiates it once more pays for its
 * composed form.
 */
export function composedGradient<Attrs = object>(
  kernelName: string,
  { of, derived, outputs }: Composed<Attrs>,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [...of, ...derived],
    gradFunc: (dy, saved, attrs) => {
      const dys = Array.isArray(dy) ? dy : [dy];
      const total = (inputs: readonly Tensor[]): Tensor =>
        outputs(inputs, attrs as Attrs)
          .map((out, i) => core.sum(core.mul(out, at(dys, i))))
          .reduce((a, b) => core.add(a, b));
      const inputs = saved.slice(0, of.length);
      const slope = (i: number) => () =>
        inner((x) => total(inputs.map((input, j) => (i === j ? x : input))), at(inputs, i), core.scalar(1));
      return Object.fromEntries([
        ...of.map((name, i) => [name, slope(i)] as const),
        ...derived.map((name, i) => [name, none(at(saved, of.length + i))] as const),
      ]);
    },
  };
}
