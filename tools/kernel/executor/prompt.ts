import { readSync } from 'node:fs';
import { currentOrigin } from './origin.js';
import type { Output } from './output.js';
import { descriptors, type InputAnswer, readFrame } from './protocol.js';

/** Input that cannot be asked for, or was not given. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The cell was stopped by the user. */
export class KeyboardInterrupt extends Error {
  override name = 'KeyboardInterrupt';
}

function readExactly(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let offset = 0;
  while (offset < size) {
    const count = readSync(descriptors.input, bytes, offset, size - offset, null);
    if (count === 0) throw new InputError('the kernel has ended');
    offset += count;
  }
  return bytes;
}

/**
 * Installs `prompt`, `confirm` and `alert`. They ask the client and block the cell until it has answered, as in a browser and in
 * Deno's kernel. `mayAsk` tells whether the running request allows it.
 */
export function installPrompts(output: Output, mayAsk: () => boolean): void {
  const ask = (prompt: string, password: boolean): string => {
    if (!mayAsk())
      throw new InputError(`"${prompt}": this notebook's client cannot be asked for input (allow_stdin is false)`);
    output.send({ kind: 'input', origin: currentOrigin(), prompt, password });
    const answer = readFrame<InputAnswer>(readExactly(readExactly(4).readUInt32LE(0)));
    if (answer.kind === 'interrupted') throw new KeyboardInterrupt('interrupted while waiting for input');
    if (answer.kind === 'refused') throw new InputError(answer.reason);
    return answer.value;
  };
  const functions = {
    prompt(message: unknown = 'Prompt', fallback: unknown = '', options: { password?: boolean } = {}): string {
      const otherwise = String(fallback ?? '');
      const answer = ask(`${message}${otherwise === '' ? '' : ` [${otherwise}]`}`, options?.password === true);
      return answer === '' ? otherwise : answer;
    },
    confirm(message: unknown = 'Confirm'): boolean {
      return /^y(es)?$/i.test(ask(`${message} [y/N] `, false).trim());
    },
    alert(message: unknown = 'Alert'): void {
      if (mayAsk()) ask(`${message} [Enter] `, false);
      else process.stdout.write(`${message}\n`);
    },
  };
  for (const [name, value] of Object.entries(functions))
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
}
