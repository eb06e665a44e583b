import ts from '@tslab/typescript-for-tslab';
import { CellProgram } from './cellProgram.js';
import { cellUrl } from './cellUrl.js';
import { completeCell } from './complete.js';
import { describeDiagnostic } from './diagnostics.js';
import { emitScript } from './emitScript.js';
import { inspectCell } from './inspectCell.js';
import { isComplete } from './isComplete.js';
import type {
  CellId,
  Committed,
  Compiled,
  Completeness,
  Completions,
  Inspection,
  ScopeStatement,
  SessionState,
  WorkerSettings,
} from './messages.js';
import { NotebookScope } from './notebookScope.js';
import { toUtf16 } from './offsets.js';
import { isReported } from './options.js';
import { prepareCell } from './prepare.js';
import { runtimeName } from './runtimeName.js';
import { cellDeclarations, importedNames, scopeStatements } from './scopeStatements.js';

/** How many problems of one cell are told; further ones are mostly consequences. */
const maxDiagnostics = 20;

/** A notebook as TypeScript sees it: the program of the current cell, and what earlier cells have declared. */
export class LanguageSession {
  #settings: WorkerSettings;
  #program: CellProgram;
  readonly #scope: NotebookScope;
  readonly #compiled = new Map<number, ScopeStatement[]>();
  /** Names that a cell has imported at some time: a declaration of one ends the import's hold on it. */
  readonly #imported = new Set<string>();
  /** Work that is better done when the answer is on its way. */
  #later: (() => void) | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#program = new CellProgram(settings);
    this.#scope = new NotebookScope();
  }

  compile(code: string, { cell: number }: CellId): Compiled {
    const prepared = prepareCell(code);
    const cell = this.#program.check(prepared.text);
    const found = this.#program.diagnostics(cell).filter(isReported);
    if (found.length > 0) {
      const diagnostics = found.slice(0, maxDiagnostics).map((diagnostic) => describeDiagnostic(diagnostic, code));
      return { ok: false, diagnostics };
    }
    const { script, mappings } = emitScript(cell, prepared.using);
    const declared = cellDeclarations(cell);
    const released = declared.filter((name) => this.#imported.has(name));
    for (const statement of cell.file.statements) {
      if (!ts.isImportDeclaration(statement) || !statement.importClause) continue;
      for (const name of importedNames(statement.importClause)) this.#imported.add(name);
    }
    const release = released.length > 0 ? `${runtimeName}.release(${JSON.stringify(released)});\n` : '';
    this.#later = () => this.#compiled.set(number, scopeStatements(cell));
    return {
      ok: true,
      script: `${release}${script}\n//# sourceURL=${cellUrl(number)}`,
      declared,
      mappings: release ? `;${mappings}` : mappings,
    };
  }

  commit(cell: number): Committed {
    this.finish();
    const statements = this.#compiled.get(cell) ?? [];
    this.#compiled.clear();
    const committed = { statements, imported: [...this.#imported] };
    if (statements.length === 0) return committed;
    this.#scope.add(statements);
    this.#program.setScopes(this.#scope.slots());
    // New imports make the next program a slow one: it is made now, while the reader looks at the result.
    if (statements.some(({ text }) => /\bimport\b/.test(text))) this.#later = () => this.#program.check('');
    return committed;
  }

  complete(code: string, cursor: number): Completions {
    const cell = this.#program.check(prepareCell(code).text);
    const isOwn = (name: string): boolean => this.#scope.declares(name);
    return completeCell(cell, code, toUtf16(code, cursor), this.#program.host, isOwn);
  }

  inspect(code: string, cursor: number, _detailLevel: number): Inspection {
    return inspectCell(this.#program.check(prepareCell(code).text), toUtf16(code, cursor));
  }

  isComplete(code: string): Completeness {
    return isComplete(code);
  }

  /** Forgets every cell: the executor has started anew. */
  reset(): undefined {
    this.#later = undefined;
    this.#compiled.clear();
    this.#imported.clear();
    this.#scope.clear();
    this.#program.setScopes([]);
  }

  /** Goes on from another worker's state. */
  restore({ groups, imported }: SessionState): undefined {
    this.reset();
    for (const group of groups) this.#scope.add(group);
    for (const name of imported) this.#imported.add(name);
    this.#program.setScopes(this.#scope.slots());
  }

  /** Makes the session that of another notebook's folder; what was parsed is kept. */
  moveTo(settings: WorkerSettings): void {
    if (settings.cwd !== this.#settings.cwd) this.#program = this.#program.movedTo(settings);
    this.#settings = settings;
    this.warmUp([]);
  }

  /** Parses the declarations of JavaScript, of Node and of the modules, so that the first cell need not. */
  warmUp(modules: readonly string[]): void {
    const imports = modules.map((name, i) => `import * as module${i} from ${JSON.stringify(name)};`).join(' ');
    for (const code of [`${imports} console.log([1, 2].map((x) => x + 1));`, '1 + 1']) {
      const cell = this.#program.check(code);
      this.#program.diagnostics(cell);
      emitScript(cell, new Map());
    }
  }

  /** Does what was put off. */
  finish(): void {
    const later = this.#later;
    this.#later = undefined;
    later?.();
  }
}
