/** A mistake of the user's that has a cure: the message names what was wrong, where, and what is allowed. Printed without a stack; exit code 1. */
export class UserError extends Error {
  override name = 'UserError';
}

/** A command line that could not be understood: printed without a stack; exit code 2. */
export class UsageError extends UserError {
  override name = 'UsageError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
