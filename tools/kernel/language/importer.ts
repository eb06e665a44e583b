import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isModuleNamespaceObject } from 'node:util/types';
import { type DisposalScope, disposalScope } from './disposalScope.js';
import { redirectDynamicImports } from './dynamicImports.js';
import { ReloadWatch } from './reloadWatch.js';
import { runtimeName } from './runtimeName.js';

/** The repository that this file belongs to. */
const ownRepository = fileURLToPath(new URL('../../..', import.meta.url));

/** What an import binds: the name in the module (`*`: all of it), and the cell's way of taking the value. */
export type Bindings = Record<string, [exported: string, assign: (value: unknown) => void]>;

/** A module as an importing cell sees it. */
export type Namespace = Readonly<Record<string, unknown>>;

/** What happened when edited files were loaded anew. */
export type Refreshed = { reloaded: string[]; failed: { path: string; error: unknown }[] };

/** Loads modules for cells, in the process that runs them. */
export type Importer = {
  /** The module that a cell of the notebook means by a specifier. */
  importModule(specifier: string): Promise<Namespace>;
  /**
   * To be awaited before each cell: files of the workspace that were edited since, and what imports them, are loaded
   * anew, and imported names take their present values. All other modules keep their state. A file that cannot be
   * loaded is reported and keeps its former version in the cells.
   */
  beginCell(): Promise<Refreshed>;
  /** To be awaited after each cell, failed or not: disposes of what it declared by `using`. Throws what disposing throws. */
  endCell(): Promise<void>;
};

type Imported = { specifier: string; exported: string; assign(value: unknown): void; value: unknown };

/**
 * Makes the importer of a notebook's folder and puts what scripts need into the global scope: `__atelier`, `require`,
 * `__dirname` and `__filename`. Packages are looked up from the folder, then from `repository`, so that
 * `common/training` works in a notebook that lies anywhere.
 */
export function createImporter({ cwd, repository = ownRepository }: { cwd: string; repository?: string }): Importer {
  const file = join(cwd, 'notebook.ts');
  const local = createRequire(file);
  const home = createRequire(join(repository, 'notebook.ts'));
  const loaders = prepareLoaders();
  const watch = new ReloadWatch();
  const bound = new Map<string, Imported>();
  let cellScope: DisposalScope = disposalScope();

  function requireFromNotebook(specifier: string): unknown {
    loaders.start();
    try {
      return local(specifier);
    } catch (error) {
      if (!isMissing(error, specifier) || /^[./]/.test(specifier)) throw error;
      try {
        return home(specifier);
      } catch (second) {
        throw isMissing(second, specifier) ? error : second;
      }
    }
  }

  async function load(specifier: string): Promise<Namespace> {
    try {
      return namespaceOf(requireFromNotebook(specifier));
    } catch (error) {
      throw explain(error, specifier);
    } finally {
      watch.noteLoaded();
    }
  }

  function bind(specifier: string, namespace: Namespace, bindings: Bindings): void {
    for (const [name, [exported, assign]] of Object.entries(bindings)) {
      const value = exportedValue(namespace, exported, specifier);
      assign(value);
      bound.set(name, { specifier, exported, assign, value });
    }
  }

  /** Names whose module exports another value than before are assigned again. */
  function rebind(specifier: string, namespace: Namespace): void {
    for (const binding of bound.values()) {
      if (binding.specifier !== specifier) continue;
      const value = exportedValue(namespace, binding.exported, specifier);
      if (Object.is(value, binding.value)) continue;
      binding.assign(value);
      binding.value = value;
    }
  }

  async function beginCell(): Promise<Refreshed> {
    const refreshed: Refreshed = { reloaded: watch.dropEdited(), failed: [] };
    for (const specifier of new Set([...bound.values()].map((binding) => binding.specifier))) {
      try {
        rebind(specifier, await load(specifier));
      } catch (error) {
        refreshed.failed.push({ path: specifier, error });
      }
    }
    return refreshed;
  }

  const runtime = {
    import: async (specifier: string, bindings: Bindings = {}): Promise<Namespace> => {
      const namespace = await load(String(specifier));
      bind(specifier, namespace, bindings);
      return namespace;
    },
    release: (names: readonly string[]): void => {
      for (const name of names) bound.delete(name);
    },
    meta: {
      url: pathToFileURL(file).href,
      filename: file,
      dirname: cwd,
      resolve: (specifier: string): string => {
        const path = resolvePath(specifier);
        return path.startsWith('/') ? pathToFileURL(path).href : path;
      },
    },
    scope: disposalScope,
    use: (value: unknown, asynchronous: boolean): unknown => cellScope.use(value, asynchronous),
  };

  function resolvePath(specifier: string): string {
    loaders.start();
    try {
      return local.resolve(specifier);
    } catch (error) {
      if (!isMissing(error, specifier)) throw error;
      return home.resolve(specifier);
    }
  }

  const notebookRequire = Object.assign(
    (specifier: string) => {
      const loaded = requireFromNotebook(specifier);
      watch.noteLoaded();
      return loaded;
    },
    { resolve: resolvePath, cache: local.cache, main: undefined },
  );
  const globals = { [runtimeName]: runtime, require: notebookRequire, __dirname: cwd, __filename: file };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }

  return {
    importModule: load,
    beginCell,
    endCell: async () => {
      const ending = cellScope;
      cellScope = disposalScope();
      await ending.disposeAsync();
    },
  };
}

/** Hooks that load TypeScript, registered when the first module is imported. */
function prepareLoaders(): { start(): void } {
  let started = false;
  return {
    start: () => {
      if (started) return;
      started = true;
      const require = createRequire(import.meta.url);
      const tsx: typeof import('tsx/cjs/api') = require('tsx/cjs/api');
      tsx.register();
      redirectDynamicImports((from, specifier) => namespaceOf(createRequire(from)(specifier)));
    },
  };
}

const namespaces = new WeakMap<object, Namespace>();

/** A module's exports as a namespace; those of a CommonJS module are the default export besides. */
function namespaceOf(exports: unknown): Namespace {
  const holdsExports = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
  if (!holdsExports) return Object.freeze({ default: exports });
  if (isNamespace(exports)) return exports;
  const known = namespaces.get(exports);
  if (known) return known;
  const namespace: Record<string, unknown> = Object.create(null);
  for (const name of Object.getOwnPropertyNames(exports)) {
    if (typeof exports === 'function' && ['length', 'name', 'prototype', 'arguments', 'caller'].includes(name))
      continue;
    Object.defineProperty(namespace, name, { get: () => Reflect.get(exports, name), enumerable: true });
  }
  Object.defineProperty(namespace, 'default', { value: exports, enumerable: true, configurable: true });
  namespaces.set(exports, namespace);
  return namespace;
}

/** Whether exports are an ES module's, or those of one that was translated to CommonJS. */
function isNamespace(exports: object): exports is Namespace {
  return (
    isModuleNamespaceObject(exports) || (typeof exports === 'object' && Reflect.get(exports, '__esModule') === true)
  );
}

function exportedValue(namespace: Namespace, exported: string, specifier: string): unknown {
  if (exported === '*') return namespace;
  if (exported in namespace) return namespace[exported];
  // A translated module without a default export: as from a CommonJS module, the default is all of it.
  if (exported === 'default') return namespace;
  throw new SyntaxError(`The module '${specifier}' does not provide an export named '${exported}'.`);
}

function isMissing(error: unknown, specifier: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (
    (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') &&
    error.message.includes(`'${specifier}'`)
  );
}

function explain(error: unknown, specifier: string): unknown {
  if (error instanceof Error && /Top-level await is currently not supported/.test(error.message)) {
    const place = /^(\S+:\d+:\d+): ERROR: Top-level await/m.exec(error.message)?.[1] ?? specifier;
    return new Error(
      `A module that a notebook imports cannot await at its top level: ${place}. Export an async function instead.`,
    );
  }
  return error;
}
