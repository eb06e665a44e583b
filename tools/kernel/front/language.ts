import type { Failure } from '../executor/protocol.js';
import { type Diagnostic, formatDiagnostics, type LanguageService, startLanguage } from '../language/index.js';

/** TypeScript's codes below this are of its parser. */
const FIRST_TYPE_ERROR = 2000;

/** The language service, and errors as the front tells them. */
export class Language {
  readonly service: LanguageService;

  constructor(cwd: string) {
    this.service = startLanguage({ cwd });
  }

  /** What the client is told of a cell that was not run. */
  failure(diagnostics: readonly Diagnostic[]): Failure {
    const [first] = diagnostics;
    const isSyntax = diagnostics.some(({ code }) => code < FIRST_TYPE_ERROR);
    const name = isSyntax ? 'SyntaxError' : 'TypeError';
    return {
      name,
      message: first?.message ?? '',
      stack: `${name} (nothing was run)\n${formatDiagnostics(diagnostics)}`,
    };
  }

  /** The lines of a traceback; its frames name cells and lines of TypeScript. */
  trace(failure: Failure): string[] {
    return this.service.mapStack(failure.stack);
  }
}
