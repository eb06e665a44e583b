import { messageOf, UsageError, UserError } from 'common/utils';

/** 2 for a command line that was not understood, 0 for a help text, else 1. */
export function exitCodeOf(error: unknown): number {
  if (isPrintAndExit(error)) return 0;
  return error instanceof UsageError ? 2 : 1;
}

/** A mistake with a cure: the message alone. Anything else is ours: message, stack and a request to report it. */
export function printError(error: unknown): void {
  if (isPrintAndExit(error)) process.stdout.write(`${error.text.replace(/\n$/, '')}\n`);
  else if (error instanceof UserError && process.env.ATELIER_DEBUG !== '1') process.stderr.write(`${error.message}\n`);
  else if (error instanceof UserError) process.stderr.write(`${error.stack}\n`);
  else {
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(
      `${messageOf(error)}\nThis is a bug of atelier; please report it with these lines:\n${stack}\n`,
    );
  }
}

/** What common/config throws for `--help` of a paper; told by name, so that config is loaded by those who need it. */
function isPrintAndExit(error: unknown): error is Error & { text: string } {
  return error instanceof Error && error.name === 'PrintAndExit' && 'text' in error && typeof error.text === 'string';
}
