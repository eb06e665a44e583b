/** What the language worker is asked and what it answers; every field survives JSON. */

/** One problem of a cell; `line` and `column` are counted from 1, `length` in UTF-16 units, `text` is the source line. */
export type Diagnostic = {
  message: string;
  code: number;
  line: number;
  column: number;
  length: number;
  text: string;
};

/** Which cell a text is: `cell` is unique in the session, `name` is what tracebacks call it ("Cell 3"). */
export type CellId = { cell: number; name: string };

/** A cell as a script for V8's REPL mode, or what is wrong with it. */
export type Compiled =
  | {
      ok: true;
      script: string;
      /** The names that the cell declares at its top level, types included. */
      declared: string[];
      /** The `mappings` of a source map from the script to the cell. */
      mappings: string;
    }
  | { ok: false; diagnostics: Diagnostic[] };

/** Answer to `complete_request`; offsets are Unicode code points. */
export type Completions = {
  matches: string[];
  cursorStart: number;
  cursorEnd: number;
  metadata: {
    _jupyter_types_experimental: { text: string; type: string; signature?: string; start: number; end: number }[];
  };
};

/** Answer to `inspect_request`; `data` is empty when nothing was found. */
export type Inspection = { found: boolean; data: Record<string, string> };

/** Answer to `is_complete_request`. */
export type Completeness =
  | { status: 'complete' }
  | { status: 'incomplete'; indent: string }
  | { status: 'invalid' }
  | { status: 'unknown' };

/** A declaration that a cell has left behind, as text, with the names it declares and the identifiers in it. */
export type ScopeStatement = { text: string; declares: readonly string[]; mentions: readonly string[] };

/** What a worker knows of the cells that have run: another one can go on from it. */
export type SessionState = { groups: ScopeStatement[][]; imported: string[] };

/** What a cell has added to the notebook: its declarations, and the names that were imported so far. */
export type Committed = { statements: ScopeStatement[]; imported: string[] };

/** What the worker can do: the arguments and the answer of each request. */
export type LanguageRequests = {
  ready: { arguments: []; answer: undefined };
  compile: { arguments: [code: string, id: CellId]; answer: Compiled };
  commit: { arguments: [cell: number]; answer: Committed };
  complete: { arguments: [code: string, cursor: number]; answer: Completions };
  inspect: { arguments: [code: string, cursor: number, detailLevel: number]; answer: Inspection };
  isComplete: { arguments: [code: string]; answer: Completeness };
  reset: { arguments: []; answer: undefined };
  restore: { arguments: [state: SessionState]; answer: undefined };
};

export type RequestName = keyof LanguageRequests;
export type Request = {
  [N in RequestName]: { id: number; name: N; arguments: LanguageRequests[N]['arguments'] };
}[RequestName];
export type Reply = { id: number; answer: unknown } | { id: number; failure: string };

/** What the worker is started with: the notebook's folder, the kernel's repository and the declarations of JavaScript. */
export type WorkerSettings = { cwd: string; repository: string; library: string };
