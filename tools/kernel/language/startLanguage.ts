import { LanguageWorker } from './languageWorker.js';
import type { CellId, Compiled, Completeness, Completions, Inspection } from './messages.js';
import { StackMap } from './stackMap.js';

/** What the kernel asks the language: TypeScript of the cells, off the front's thread. */
export type LanguageService = {
  /** Resolves when the worker has parsed what every cell needs. */
  ready(): Promise<void>;
  /** Checks a cell against the earlier ones and makes a script for V8's REPL mode of it. */
  compile(code: string, id: CellId): Promise<Compiled>;
  /** The cell has run, wholly or up to an error: from now on its declarations are in scope. */
  commit(cell: number): Promise<void>;
  /** Completions at a cursor, which counts code points. */
  complete(code: string, cursor: number): Promise<Completions>;
  /** Type and documentation of what stands at the cursor, which counts code points. */
  inspect(code: string, cursor: number, detailLevel?: number): Promise<Inspection>;
  isComplete(code: string): Promise<Completeness>;
  /** Forgets every cell, for an executor that was started anew. */
  reset(): Promise<void>;
  /** A stack as lines for the reader: frames of cells by cell, line and column of TypeScript; the kernel's own cut. */
  mapStack(stack: string): string[];
  close(): Promise<void>;
};

/** Starts the language worker for notebooks of a folder; best before anything else. */
export function startLanguage({ cwd }: { cwd: string }): LanguageService {
  const worker = new LanguageWorker(cwd);
  const stacks = new StackMap(cwd);
  return {
    ready: async () => {
      await worker.ready;
    },
    compile: async (code, id) => {
      // Modules are parsed in the successor already; here they would take longer than it takes to come up.
      if (/\b(?:import|require|from)\b/.test(code)) await worker.settled();
      const compiled = await worker.compile(code, id);
      if (compiled.ok) stacks.add(id, code, compiled.mappings);
      return compiled;
    },
    commit: (cell) => worker.commit(cell),
    complete: (code, cursor) => worker.ask('complete', code, cursor),
    inspect: (code, cursor, detailLevel = 0) => worker.ask('inspect', code, cursor, detailLevel),
    isComplete: (code) => worker.ask('isComplete', code),
    reset: () => worker.reset(),
    mapStack: (stack) => stacks.map(stack),
    close: () => worker.close(),
  };
}
