import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';

/** A gradient as the table holds it: one dy and one list of what was saved, typed where tfjs leaves the types open. */
export interface Gradient<Attrs> {
  readonly save?: readonly string[] | 'all';
  /** Which outputs are saved after the inputs. */
  readonly saveOutputs?: readonly boolean[];
  /** The gradient of each input, computed when it is asked for. */
  readonly of: (dy: Tensor, saved: readonly Tensor[], attrs: Attrs) => Record<string, () => Tensor> | (() => Tensor)[];
}

/** The only place where a typed gradient meets tfjs's registry, which types attributes as anything. */
export function gradient<Attrs = object>(
  kernelName: string,
  { save = [], saveOutputs, of }: Gradient<Attrs>,
): GradConfig {
  return {
    kernelName,
    ...(save === 'all' ? { saveAllInputs: true } : { inputsToSave: [...save] }),
    ...(saveOutputs === undefined ? {} : { outputsToSave: [...saveOutputs] }),
    gradFunc: (dy, saved, attrs) => {
      const [first] = Array.isArray(dy) ? dy : [dy];
      if (first === undefined) throw new Error(`${kernelName} got no gradient of its output`);
      const gradients = of(first, saved, attrs as Attrs);
      // Kernels that take a list of tensors name them by their places.
      return Array.isArray(gradients) ? Object.fromEntries(gradients.map((g, i) => [String(i), g])) : gradients;
    },
  };
}

/** The i-th saved tensor. */
export function at(saved: readonly Tensor[], i: number): Tensor {
  const tensor = saved[i];
  if (tensor === undefined) throw new Error(`a gradient needs ${i + 1} saved tensors and has ${saved.length}`);
  return tensor;
}

/**
 * The gradient of f at x, inside of a gradient function. tfjs forgets the outer tape when an inner one ends there, so it is put back.
 */
export function inner(f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): Tensor {
  const { state } = core.engine();
  const tape = state.activeTape;
  try {
    return core.grad(f)(x, dy);
  } finally {
    state.activeTape = tape;
  }
}

/** Runs a kernel by name; the tensors it returns are part of the tape. */
export function run(kernelName: string, inputs: Record<string, Tensor>, attrs: object): Tensor {
  const out: Tensor | Tensor[] = core.engine().runKernel(kernelName, inputs, attrs as NamedAttrMap);
  return Array.isArray(out) ? at(out, 0) : out;
}

export const hasKernel = (kernelName: string): boolean => core.getKernel(kernelName, core.getBackend()) !== undefined;

/** No gradient flows here: zeros of the input's shape. */
export const none = (x: Tensor) => (): Tensor => core.zeros(x.shape);
