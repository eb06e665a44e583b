import { statSync } from 'node:fs';
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);

/** Notices edits of loaded files outside of `node_modules`, and drops those and what imports them from the cache. */
export class ReloadWatch {
  readonly #versions = new Map<string, string>();

  /** Remembers what was loaded since, at its present version. */
  noteLoaded(): void {
    for (const path of Object.keys(cache)) {
      if (path.includes('/node_modules/') || this.#versions.has(path)) continue;
      this.#versions.set(path, version(path));
    }
  }

  /** Drops edited modules and, as far up as it goes, the modules that import them; returns the paths of the edited. */
  dropEdited(): string[] {
    const edited = [...this.#versions].filter(([path, known]) => version(path) !== known).map(([path]) => path);
    if (edited.length === 0) return [];
    const dropped = withImporters(edited);
    for (const path of dropped) {
      delete cache[path];
      this.#versions.delete(path);
    }
    for (const module of Object.values(cache)) {
      // Packages put things of their own into the cache (sharp: its package.json), which are no modules.
      if (!module?.children) continue;
      // A parent that stays must not lead to a module that has gone.
      module.children = module.children.filter(({ filename }) => !dropped.has(filename));
    }
    return edited;
  }
}

function withImporters(edited: readonly string[]): Set<string> {
  const importers = new Map<string, string[]>();
  for (const module of Object.values(cache)) {
    if (!module?.filename || module.filename.includes('/node_modules/')) continue;
    for (const { filename } of module.children) {
      const known = importers.get(filename);
      if (known) known.push(module.filename);
      else importers.set(filename, [module.filename]);
    }
  }
  const found = new Set(edited);
  for (const path of found) for (const importer of importers.get(path) ?? []) found.add(importer);
  return found;
}

function version(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'missing';
}
