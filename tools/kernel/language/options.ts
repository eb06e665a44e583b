import ts from '@tslab/typescript-for-tslab';

/**
 * How cells are checked. Strict, because Deno's and VS Code's users expect null checks, but as forgiving as a notebook
 * should be: a caught error is `any`, and diagnostics about implicit `any` are dropped (`isReported`), which keeps
 * `const rows = []` and a parameter without a type usable while inference stays that of strict mode.
 */
export const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  types: ['node'],
  strict: true,
  useUnknownInCatchVariables: false,
  strictPropertyInitialization: false,
  preserveConstEnums: true,
  sourceMap: true,
  skipLibCheck: true,
  newLine: ts.NewLineKind.LineFeed,
};

/** Diagnostics that say only that something is implicitly `any`, and those about what the kernel makes work. */
const unreported = new Set([
  1202, // `import x = require()` in an ES module
  1323, // dynamic import needs another `module`
  1343, // import.meta needs another `module`
  1375, // top-level await needs a module
  1378, // top-level await needs another `module`
  1470, // import.meta in CommonJS output
  2528, // several default exports
  7005,
  7006,
  7008,
  7010,
  7011,
  7013,
  7016,
  7018,
  7019,
  7020,
  7022,
  7023,
  7024,
  7031,
  7032,
  7033,
  7034,
  7053,
]);

/** Whether a diagnostic of a cell is worth stopping the cell for. */
export function isReported(diagnostic: ts.Diagnostic): boolean {
  return diagnostic.category === ts.DiagnosticCategory.Error && !unreported.has(diagnostic.code);
}
