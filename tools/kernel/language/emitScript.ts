import type ts from '@tslab/typescript-for-tslab';
import type { CheckedCell } from './cellProgram.js';
import { hoistDeclarations } from './hoistDeclarations.js';
import { lowerUsing } from './lowerUsing.js';
import { rewriteImports } from './rewriteImports.js';

/** A cell's script and the `mappings` of the source map from it to the cell. */
export type EmittedScript = { script: string; mappings: string };

/**
 * The script that V8's REPL mode runs for a checked cell: types are gone, imports are calls of the importer, and what
 * the cell declares is declared by `let`, which a later script may declare again.
 */
export function emitScript(cell: CheckedCell, using: ReadonlyMap<number, boolean>): EmittedScript {
  let script = '';
  let mappings = '';
  const write: ts.WriteFileCallback = (name, text) => {
    if (name.endsWith('.map')) mappings = JSON.parse(text).mappings;
    else script = text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '');
  };
  cell.program.emit(cell.file, write, undefined, false, {
    before: [lowerUsing(using), rewriteImports(cell.checker)],
    after: [hoistDeclarations],
  });
  return { script, mappings };
}
