import type { Command } from 'commander';
import { UsageError } from 'common/utils';

/** `atelier completion bash|zsh` prints what a shell loads; the hidden `__complete` is what that asks. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print the completion for a shell: eval "$(npx atelier completion bash)"')
    .argument('<shell>', 'bash or zsh')
    .action(async (shell: string) => {
      const { completionScript } = await import('./completionScript.js');
      const script = completionScript(shell);
      if (script === undefined) throw new UsageError(`completion is there for bash and zsh, not for ${shell}`);
      process.stdout.write(script);
    });
  program
    .command('__complete', { hidden: true })
    .argument('<line>', 'the command line up to the cursor')
    .argument('[breaks]', 'the characters at which the shell breaks words')
    .action(async (line: string, breaks = '') => {
      const { complete } = await import('./completionWords.js');
      const words = await complete(program, line).catch(() => []); // a broken configuration completes nothing
      const { afterBreak } = await import('./completionLine.js');
      for (const word of words) process.stdout.write(`${afterBreak(word, line, breaks)}\n`);
    });
}
