import { UsageError, UserError } from '../utils/index.js';
import { PrintAndExit } from './printAndExit.js';

/**
 * For scripts that are run by themselves (`npx tsx papers/x/train.ts --help`): what nobody catches is printed as the `atelier` command
 * prints it. `PrintAndExit` → its text, exit code 0; `UserError` → its message without a stack, 1; `UsageError` → 2; anything else is a
 * defect: the stack, 1. Does nothing where the program has a handler already.
 */
export function reportUncaught(): void {
  if (process.listenerCount('uncaughtException') > 0) return;
  process.once('uncaughtException', (error: unknown) => {
    if (error instanceof PrintAndExit) process.stdout.write(error.text, () => process.exit(error.exitCode));
    else {
      const text = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
      process.stderr.write(`${text}\n`, () => process.exit(error instanceof UsageError ? 2 : 1));
    }
  });
}
