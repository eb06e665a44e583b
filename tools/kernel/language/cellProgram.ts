import { join } from 'node:path';
import ts from '@tslab/typescript-for-tslab';
import { ambientDeclarations } from './ambient.js';
import type { WorkerSettings } from './messages.js';
import { ModuleResolution } from './moduleResolution.js';
import { scopeCapacity } from './notebookScope.js';
import { compilerOptions } from './options.js';
import { SourceFiles } from './sourceFiles.js';

/** A cell in its program, bound and ready to be asked about. */
export type CheckedCell = { program: ts.Program; checker: ts.TypeChecker; file: ts.SourceFile };

/**
 * The TypeScript program of a notebook: the current cell is a module, and so are the files with the declarations of
 * earlier cells. A name that a cell does not declare is looked up in its file's parent, which is the newest file of
 * declarations, then in that one's parent, and last among the globals; tslab's fork of TypeScript looks names up along
 * such parents. So a cell may declare again what an earlier one declared, and hide a global.
 */
export class CellProgram {
  readonly #files: SourceFiles;
  readonly #settings: WorkerSettings;
  readonly #resolution: ModuleResolution;
  readonly #host: ts.CompilerHost;
  readonly #cellFile: string;
  readonly #scopeFiles: string[];
  readonly #ambientFile: string;
  #program: ts.Program | undefined;
  #unresolved = false;
  #order: number[] = [];

  constructor(settings: WorkerSettings, files = new SourceFiles()) {
    const { cwd } = settings;
    this.#settings = settings;
    this.#files = files;
    this.#cellFile = join(cwd, '.cell.ts');
    this.#ambientFile = join(cwd, '.kernel.d.ts');
    this.#scopeFiles = Array.from({ length: scopeCapacity }, (_, i) => join(cwd, `.scope${i}.ts`));
    this.#files.set(this.#ambientFile, ambientDeclarations);
    for (const name of this.#scopeFiles) this.#files.set(name, '');
    this.#host = this.#createHost();
    this.#resolution = new ModuleResolution(settings, this.#host);
  }

  /** How the program reads files. */
  get host(): ts.CompilerHost {
    return this.#host;
  }

  /** A program for another folder that knows the same files. */
  movedTo(settings: WorkerSettings): CellProgram {
    return new CellProgram(settings, this.#files);
  }

  /** Sets the declarations that cells see, the oldest first; `slot` counts from 0 to `scopeCapacity` - 1. */
  setScopes(scopes: readonly { slot: number; text: string }[]): void {
    const texts = new Map(scopes.map(({ slot, text }) => [slot, text]));
    for (const [slot, name] of this.#scopeFiles.entries()) this.#files.set(name, texts.get(slot) ?? '');
    this.#order = scopes.map(({ slot }) => slot);
  }

  /** The program with `code` as the current cell. */
  check(code: string): CheckedCell {
    this.#files.set(this.#cellFile, code);
    this.#files.refresh();
    if (this.#unresolved) {
      // What was missing may be there now; the old program would remember that it was not.
      this.#resolution.forget();
      this.#program = undefined;
      this.#unresolved = false;
    }
    const rootNames = [this.#ambientFile, ...this.#scopeFiles, this.#cellFile];
    const oldProgram = this.#program;
    const program = ts.createProgram({ rootNames, options: compilerOptions, host: this.#host, oldProgram });
    this.#program = program;
    const checker = program.getTypeChecker();
    const scopes = this.#order.map((slot) => sourceFile(program, this.#scopeFiles[slot] ?? ''));
    const file = sourceFile(program, this.#cellFile);
    for (const [i, scope] of [...scopes, file].entries()) setParent(scope, scopes[i - 1]);
    return { program, checker, file };
  }

  /** What is wrong with the checked cell. */
  diagnostics({ program, file }: CheckedCell): ts.Diagnostic[] {
    const syntactic = program.getSyntacticDiagnostics(file);
    if (syntactic.length > 0) return [...syntactic];
    const semantic = program.getSemanticDiagnostics(file);
    this.#unresolved = semantic.some(({ code }) => code === 2307);
    return [...semantic];
  }

  #createHost(): ts.CompilerHost {
    const { cwd, library } = this.#settings;
    const files = this.#files;
    const isCell = (name: string): boolean => files.inMemory(name);
    return {
      getSourceFile: (name, options) => files.get(name, options),
      getDefaultLibFileName: () => join(library, 'lib.d.ts'),
      getDefaultLibLocation: () => library,
      writeFile: () => undefined,
      getCurrentDirectory: () => cwd,
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: (name) => isCell(name) || (!isReplacement(name) && ts.sys.fileExists(name)),
      readFile: (name) => files.textInMemory(name) ?? ts.sys.readFile(name),
      directoryExists: (name) => !isReplacement(name) && ts.sys.directoryExists(name),
      getDirectories: (name) => ts.sys.getDirectories(name),
      readDirectory: (name, extensions, exclude, include, depth) =>
        ts.sys.readDirectory(name, extensions, exclude, include, depth),
      realpath: (name) => ts.sys.realpath?.(name) ?? name,
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => this.#resolution.module(text, from, isCell(from))),
      resolveTypeReferenceDirectiveReferences: (references, from) =>
        references.map((reference) =>
          this.#resolution.typeReference(typeof reference === 'string' ? reference : reference.fileName, from),
        ),
    };
  }
}

/** TypeScript looks for packages that replace its own declarations, seventy of them in each folder up to the root. */
function isReplacement(name: string): boolean {
  return name.includes('/@typescript/lib-') || name.endsWith('/@typescript');
}

function sourceFile(program: ts.Program, name: string): ts.SourceFile {
  const file = program.getSourceFile(name);
  if (!file) throw new Error(`The program lacks ${name}.`);
  return file;
}

/** A source file has no parent by TypeScript's types; the fork reads it when it looks a name up. */
function setParent(file: ts.SourceFile, parent: ts.SourceFile | undefined): void {
  Object.assign(file, { parent });
}
