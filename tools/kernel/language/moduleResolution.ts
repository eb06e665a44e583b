import { join } from 'node:path';
import ts from '@tslab/typescript-for-tslab';
import type { WorkerSettings } from './messages.js';
import { compilerOptions } from './options.js';

/**
 * Finds the files that imports mean: from the importing file upwards as a bundler does (`exports` maps, extensions of
 * TypeScript), and for a cell, where that finds nothing, from the repository that the kernel belongs to, so that
 * `common/training` works in a notebook that lies anywhere.
 */
export class ModuleResolution {
  readonly #cwd: string;
  readonly #fallback: string;
  readonly #host: ts.ModuleResolutionHost;
  #cache: ts.ModuleResolutionCache;

  constructor({ cwd, repository }: WorkerSettings, host: ts.ModuleResolutionHost) {
    this.#cwd = cwd;
    this.#fallback = join(repository, 'cell.ts');
    this.#host = host;
    this.#cache = newCache(cwd);
  }

  /** Forgets what was looked up: a package or a file may have appeared. */
  forget(): void {
    this.#cache = newCache(this.#cwd);
  }

  module(specifier: string, fromFile: string, fromCell: boolean): ts.ResolvedModuleWithFailedLookupLocations {
    const found = ts.resolveModuleName(specifier, fromFile, compilerOptions, this.#host, this.#cache);
    if (found.resolvedModule || !fromCell || /^[./]/.test(specifier)) return found;
    return ts.resolveModuleName(specifier, this.#fallback, compilerOptions, this.#host, this.#cache);
  }

  typeReference(name: string, fromFile: string): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations {
    const found = ts.resolveTypeReferenceDirective(name, fromFile, compilerOptions, this.#host);
    if (found.resolvedTypeReferenceDirective) return found;
    return ts.resolveTypeReferenceDirective(name, this.#fallback, compilerOptions, this.#host);
  }
}

function newCache(cwd: string): ts.ModuleResolutionCache {
  return ts.createModuleResolutionCache(cwd, (name) => name, compilerOptions);
}
