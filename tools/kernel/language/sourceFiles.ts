import { statSync } from 'node:fs';
import ts from '@tslab/typescript-for-tslab';

type Loaded = { file: ts.SourceFile; version: string };

/**
 * The parsed files that cells are checked against. A file of `node_modules` is read once; a file outside is read again
 * when its time or size has changed. Texts that exist only in memory (cells, declarations) are `set`.
 */
export class SourceFiles {
  readonly #loaded = new Map<string, Loaded>();
  readonly #edited = new Set<string>();
  readonly #texts = new Map<string, string>();

  /** Gives a file that is not on the disk its text. */
  set(fileName: string, text: string): void {
    if (this.#texts.get(fileName) === text) return;
    this.#texts.set(fileName, text);
    this.#loaded.delete(fileName);
  }

  /** The parsed file; `options` are the program's, so that what counts as a module is its decision. */
  get(fileName: string, options: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.SourceFile | undefined {
    const known = this.#loaded.get(fileName);
    if (known) return known.file;
    const memory = this.#texts.get(fileName);
    const text = memory ?? ts.sys.readFile(fileName);
    // A missing file is not remembered: it may be written before the next cell.
    if (text === undefined) return undefined;
    const version = memory !== undefined ? 'memory' : isFixed(fileName) ? 'fixed' : versionOf(fileName);
    const file = ts.createSourceFile(fileName, memory ?? asTypeScript50(text), options);
    this.#loaded.set(fileName, { file, version });
    if (version !== 'fixed' && version !== 'memory') this.#edited.add(fileName);
    return file;
  }

  inMemory(fileName: string): boolean {
    return this.#texts.has(fileName);
  }

  textInMemory(fileName: string): string | undefined {
    return this.#texts.get(fileName);
  }

  /** Drops what has changed on the disk, and says whether anything did. */
  refresh(): boolean {
    let changed = false;
    for (const fileName of this.#edited) {
      if (this.#loaded.get(fileName)?.version === versionOf(fileName)) continue;
      this.#loaded.delete(fileName);
      this.#edited.delete(fileName);
      changed = true;
    }
    return changed;
  }
}

function isFixed(fileName: string): boolean {
  return fileName.includes('/node_modules/');
}

function versionOf(fileName: string): string {
  const stat = statSync(fileName, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'missing';
}

/**
 * A file's text without what is newer than TypeScript 5.0's declarations: there typed arrays have no type parameter.
 * References to the browser's declarations go too: a package that has one would put `window` and `name` into cells.
 */
function asTypeScript50(text: string): string {
  let adapted = text;
  if (adapted.includes('<reference lib="dom'))
    adapted = adapted.replace(/^\/\/\/\s*<reference lib="dom[^"]*"\s*\/>/gm, '//');
  if (adapted.includes('Array<') || adapted.includes('Buffer<')) {
    adapted = adapted.replace(
      /\b((?:Int|Uint|Float|BigInt|BigUint)\d+(?:Clamped)?Array|Buffer)<(?:Shared)?ArrayBuffer(?:Like)?>/g,
      '$1',
    );
  }
  return adapted;
}
