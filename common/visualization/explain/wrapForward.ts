import type { Module } from '../../nn/index.js';

/** What stands in for a module's `forward`: `call` is the module's own. */
export type Wrapped = (call: (...inputs: unknown[]) => unknown, inputs: unknown[]) => unknown;

/**
 * Runs `run` while the `forward` of some modules is replaced, in inference mode; the model is as before afterwards. `wrap` gives the replacement for a
 * module, or undefined to leave it alone.
 */
export function wrapForward<T>(
  model: Module,
  wrap: (name: string, module: Module) => Wrapped | undefined,
  run: () => T,
): T {
  const modes = [...model.namedModules().values()].map((module) => ({ module, training: module.training }));
  const replaced: Module[] = [];
  try {
    model.eval();
    for (const [name, module] of model.namedModules()) {
      const wrapped = wrap(name, module);
      if (wrapped === undefined || !('forward' in module) || typeof module.forward !== 'function') continue;
      const own = module.forward;
      const value = (...inputs: unknown[]): unknown => wrapped((...args) => own.apply(module, args), inputs);
      // An own property hides the class's method until it is removed.
      Object.defineProperty(module, 'forward', { value, configurable: true, enumerable: false });
      replaced.push(module);
    }
    return run();
  } finally {
    for (const module of replaced) Reflect.deleteProperty(module, 'forward');
    for (const { module, training } of modes) module.training = training;
  }
}
