import type * as tf from '@tensorflow/tfjs-core';
import { type ExportOptions, exportOnnx, inScope, type SaveOptions, saveOnnx } from '../backend/index.js';
import { Module } from './module.js';

type Inputs = Record<string, tf.Tensor>;
type Fn<I extends Inputs> = (inputs: I) => Record<string, tf.Tensor>;

/**
 * A function of a module as an ONNX file, in inference mode: `exportOnnx` with the names of the module tree. Weights are called as in
 * `stateDict()` (`blocks.0.attn.qkv.weight`), nodes after the module that computes them (`blocks.0.attn.qkv/Gemm`).
 *
 * Throws as `exportOnnx` does.
 */
export function exportModule<I extends Inputs>(
  module: Module,
  fn: Fn<I>,
  options: Omit<ExportOptions<I>, 'names'>,
): Uint8Array {
  return inInference(module, () => exportOnnx(withPaths(module, fn), { ...options, names: weightNames(module) }));
}

/** The same written to a path, with the weights in a file beside it where they are too large for one: `saveOnnx`. */
export function saveModule<I extends Inputs>(
  path: string,
  module: Module,
  fn: Fn<I>,
  options: Omit<SaveOptions<I>, 'names'>,
): ReturnType<typeof saveOnnx> {
  // The function is recorded before the first file is written: the module trains on while that goes on.
  return inInference(module, () => saveOnnx(path, withPaths(module, fn), { ...options, names: weightNames(module) }));
}

const weightNames = (module: Module): Map<tf.Variable, string> =>
  new Map([...module.namedVariables()].map(([name, variable]) => [variable, name]));

/** Runs fn with the module and its parts in inference mode; each is afterwards in the mode it was in. */
function inInference<R>(module: Module, fn: () => R): R {
  const before = [...module.namedModules().values()].map((part) => ({ part, training: part.training }));
  module.eval();
  try {
    return fn();
  } finally {
    for (const { part, training } of before) part.training = training;
  }
}

/** fn, in which every module tells its path while one of its methods runs. */
function withPaths<A extends unknown[], R>(module: Module, fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const undo: (() => void)[] = [];
    const seen = new Set<Module>();
    try {
      for (const [path, part] of module.namedModules()) {
        if (seen.has(part)) continue;
        seen.add(part);
        for (const [name, method] of methodsOf(part)) {
          Object.defineProperty(part, name, {
            configurable: true,
            value: (...given: unknown[]): unknown => inScope(path, () => Reflect.apply(method, part, given)),
          });
          undo.push(() => Reflect.deleteProperty(part, name));
        }
      }
      return fn(...args);
    } finally {
      for (const restore of undo) restore();
    }
  };
}

/** The methods that a module's own classes give it, below Module. */
function methodsOf(module: Module): Map<string, (...args: unknown[]) => unknown> {
  const found = new Map<string, (...args: unknown[]) => unknown>();
  for (
    let prototype: unknown = Object.getPrototypeOf(module);
    prototype instanceof Module && prototype !== Module.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (typeof value === 'function' && name !== 'constructor' && !found.has(name) && !Object.hasOwn(module, name))
        found.set(name, value);
  }
  return found;
}
