import { Module } from 'node:module';

/** The part of Node's module class that runs a module's code; it is not in Node's documentation, but tsx builds on it too. */
type Compiles = { _compile(this: unknown, code: string, fileName: string, ...rest: unknown[]): unknown };

const redirectName = '$mport';

/**
 * Makes `import()` in files of the workspace load through `require`, as their other imports do here: Node's own would
 * load a second instance of a module, or not find it, since it knows no TypeScript. The replacement is as long as
 * `import`, so that the files' source maps stay right.
 */
export function redirectDynamicImports(load: (from: string, specifier: string) => unknown): void {
  // `Module.prototype` is the class above.
  const prototype = Module.prototype as unknown as Compiles;
  const compile = prototype._compile;
  Object.defineProperty(globalThis, '__atelierImportFrom', {
    value: async (from: string, specifier: unknown) => load(from, String(specifier)),
    configurable: true,
  });
  prototype._compile = function (code, fileName, ...rest) {
    if (fileName.includes('/node_modules/') || !/\bimport\s*\(/.test(code))
      return compile.call(this, code, fileName, ...rest);
    const redirected = code.replace(/(?<![.\w$'"`])import(?=\s*\()/g, redirectName);
    const helper = `\nfunction ${redirectName}(s){return __atelierImportFrom(__filename,s)}`;
    return compile.call(this, redirected + helper, fileName, ...rest);
  };
}
