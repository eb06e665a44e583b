import { deserialize, serialize } from 'node:v8';

/**
 * How the front and the executor talk. Text of the cell goes through the ordinary file descriptors 1 and 2, as native code and child
 * processes write it too; everything else through pipes of their own.
 */
export const descriptors = {
  /** Front to executor, read in the event loop: `ToExecutor`. */
  requests: 3,
  /** Executor to front, written synchronously: `FromExecutor`. */
  messages: 4,
  /** Front to executor, read synchronously while `prompt` waits: `InputAnswer`. */
  input: 5,
  /** Front to the executor's terminator thread: any byte stops what runs. */
  terminate: 6,
} as const;

/** Evaluate the script of a cell. `origin` is the number under which the front knows who caused its output. */
export type ExecuteOrder = {
  kind: 'execute';
  origin: number;
  script: string;
  /** The number of the result, as `Out[3]`. */
  count: number;
  silent: boolean;
  allowStdin: boolean;
  userExpressions: Record<string, string>;
};

/** A comm message of a client, for a handler of a cell. */
export type CommOrder = {
  kind: 'comm';
  origin: number;
  type: 'comm_open' | 'comm_msg' | 'comm_close';
  content: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
};

export type ToExecutor = ExecuteOrder | CommOrder | { kind: 'exit' };

/** An error as it is told to clients; `stack` may still name scripts instead of cells. */
export type Failure = { name: string; message: string; stack: string };

export type UserExpression =
  | { status: 'ok'; data: Record<string, unknown>; metadata: Record<string, unknown> }
  | { status: 'error'; failure: Failure };

export type Outcome =
  | {
      status: 'ok';
      userExpressions: Record<string, UserExpression>;
      payload: unknown[];
      resultText: string | undefined;
    }
  | { status: 'error'; failure: Failure }
  | { status: 'interrupted' };

export type FromExecutor =
  | { kind: 'ready' }
  /** From here on the epoch is another: see the front's `MergedOutput`. */
  | { kind: 'mark'; epoch: number; origin: number }
  | { kind: 'publish'; type: string; content: string; metadata: string; buffers: Uint8Array[] }
  /** An error that no cell waits for: a late rejection, or a handler's. */
  | { kind: 'uncaught'; failure: Failure; what: string }
  | { kind: 'input'; origin: number; prompt: string; password: boolean }
  | { kind: 'commOpened'; id: string; target: string }
  | { kind: 'commClosed'; id: string }
  | { kind: 'exiting'; code: number }
  | { kind: 'done'; origin: number; outcome: Outcome }
  | { kind: 'handled'; origin: number };

export type InputAnswer =
  | { kind: 'value'; value: string }
  | { kind: 'interrupted' }
  | { kind: 'refused'; reason: string };

/** A message with its length in front. */
export function frame(message: ToExecutor | FromExecutor | InputAnswer): Buffer {
  const body = serialize(message);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

/** Cuts a stream of bytes into messages again. Both ends are ours, so their form is not checked a second time. */
export class FrameReader<T> {
  #pending: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): T[] {
    this.#pending.push(chunk);
    this.#size += chunk.length;
    const messages: T[] = [];
    for (;;) {
      const length = this.#peekLength();
      if (length === undefined || this.#size < 4 + length) return messages;
      const all = this.#joined();
      messages.push(readFrame<T>(all.subarray(4, 4 + length)));
      this.#pending = all.length > 4 + length ? [all.subarray(4 + length)] : [];
      this.#size = all.length - 4 - length;
    }
  }

  #peekLength(): number | undefined {
    if (this.#size < 4) return undefined;
    if ((this.#pending[0]?.length ?? 0) < 4) this.#joined();
    return this.#pending[0]?.readUInt32LE(0);
  }

  #joined(): Buffer {
    const all = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = [all];
    return all;
  }
}

/** The message of a frame's body. */
export function readFrame<T>(body: Buffer): T {
  return deserialize(body);
}

/**
 * Written into the text streams where the epoch changes: an escape sequence that terminals skip, with a secret of this executor, so
 * that no text of a cell can be taken for it.
 */
export function markPrefix(secret: string): string {
  return `\u001b_atelier:${secret}:`;
}
export const markEnd = '\u001b\\';
