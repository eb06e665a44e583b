import { inspect } from 'node:util';
import type { Failure } from './protocol.js';

/** What of an error is told: never throws, whatever was thrown. */
export function failureOf(thrown: unknown): Failure {
  try {
    if (isErrorLike(thrown)) {
      const name = typeof thrown.name === 'string' && thrown.name !== '' ? thrown.name : 'Error';
      return { name, message: String(thrown.message), stack: inspect(thrown, { colors: false }) };
    }
    const text = inspect(thrown, { colors: false });
    return { name: 'Uncaught', message: text, stack: `Uncaught ${text}` };
  } catch {
    return { name: 'Error', message: 'an error that cannot be shown', stack: 'Error: an error that cannot be shown' };
  }
}

/** Errors of other realms (vm contexts, jsdom) are no `instanceof Error`. */
function isErrorLike(value: unknown): value is { name: unknown; message: unknown; stack: string } {
  if (value instanceof Error) return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    'stack' in value &&
    'message' in value &&
    typeof value.stack === 'string'
  );
}
