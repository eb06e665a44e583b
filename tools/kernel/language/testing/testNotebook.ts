import { fork } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatDiagnostics } from '../formatDiagnostics.js';
import { type LanguageService, startLanguage } from '../startLanguage.js';
import { repositoryRoot } from '../workerFiles.js';
import type { ReplReply, ReplRequest } from './replProcess.js';

/** What a cell came to: its value, the problems that kept it from running, or the stack of what it has thrown. */
export type CellOutcome = { value?: unknown; problems?: string; error?: string; stack?: string[] };

/** A notebook without a front: the language worker, and a process that runs its scripts. */
export type TestNotebook = {
  language: LanguageService;
  folder: string;
  /** Compiles, runs and commits a cell, like the kernel. */
  run(code: string): Promise<CellOutcome>;
  /** The files that were loaded anew before the last cell. */
  reloaded(): string[];
  close(): Promise<void>;
};

/** A notebook in a folder, or in a temporary one that `close` removes. */
export function startTestNotebook(folder?: string): TestNotebook {
  const cwd = folder ?? realpathSync(mkdtempSync(join(tmpdir(), 'notebook-')));
  const language = startLanguage({ cwd });
  const child = fork(fileURLToPath(new URL('./replProcess.ts', import.meta.url)), [cwd, repositoryRoot], {
    execArgv: ['--import', 'tsx'],
    cwd: repositoryRoot,
  });
  let cells = 0;
  let reloaded: string[] = [];
  const ask = (request: ReplRequest): Promise<ReplReply> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('The process of the cells has ended.'));
      child.once('exit', ended);
      child.once('message', (reply: ReplReply) => {
        child.off('exit', ended);
        resolve(reply);
      });
      child.send(request);
    });
  return {
    language,
    folder: cwd,
    reloaded: () => reloaded,
    run: async (code) => {
      const cell = ++cells;
      const compiled = await language.compile(code, { cell, name: `Cell ${cell}` });
      if (!compiled.ok) return { problems: formatDiagnostics(compiled.diagnostics) };
      const begun = await ask({ begin: true });
      if ('reloaded' in begun) reloaded = begun.reloaded;
      if ('failed' in begun && begun.failed.length > 0) return { error: begun.failed.join('\n') };
      const reply = await ask({ script: compiled.script });
      await language.commit(cell);
      if ('error' in reply) return { error: reply.error.split('\n')[0] ?? '', stack: language.mapStack(reply.error) };
      return 'value' in reply ? { value: reply.value } : {};
    },
    close: async () => {
      child.kill();
      await language.close();
      if (folder === undefined) rmSync(cwd, { recursive: true, force: true });
    },
  };
}
