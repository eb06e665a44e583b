import { randomUUID } from 'node:crypto';
import type { KernelClient } from './kernelClient.js';
import type { Message } from './message.js';

export type ExecuteOptions = {
  silent?: boolean;
  storeHistory?: boolean;
  userExpressions?: Record<string, string>;
  /** What follows in the kernel's queue is dropped after an error (true). */
  stopOnError?: boolean;
  /** Called with each iopub message of the cell, states as well, as it comes. */
  onMessage?: (message: Message) => void;
  /** Answers `prompt` and `confirm`. Without it the kernel is told that nobody can be asked. */
  onInput?: (prompt: string, password: boolean) => string | Promise<string>;
  /** The request's id, by which a listener of the client knows what the cell still sends after it has ended. */
  id?: string;
  /** Metadata of the request, such as `{ cellId }`. */
  metadata?: Record<string, unknown>;
  /** Milliseconds; then the promise is rejected with a `CellTimeout`; the cell goes on: interrupt it. */
  timeout?: number;
};

export type Execution = {
  status: 'ok' | 'error' | 'aborted';
  executionCount: number | undefined;
  reply: Message;
  /** Messages of iopub for this cell, in order, without the states busy and idle. */
  messages: Message[];
};

/** The cell did not end in time. */
export class CellTimeout extends Error {
  override name = 'CellTimeout';
}

/** After the reply, the state idle is at most this late, in ms; a kernel that never sends it is not waited for. */
const IDLE_LATENESS = 5000;

/** Runs code and resolves when both the reply and the state idle have come: only then is all output there. */
export async function execute(client: KernelClient, code: string, options: ExecuteOptions = {}): Promise<Execution> {
  const content = {
    code,
    silent: options.silent ?? false,
    store_history: options.storeHistory ?? !options.silent,
    user_expressions: options.userExpressions ?? {},
    allow_stdin: options.onInput !== undefined,
    stop_on_error: options.stopOnError ?? true,
  };
  const messages: Message[] = [];
  const { id = randomUUID() } = options;
  let idle: () => void = () => undefined;
  const isIdle = new Promise<void>((resolve) => {
    idle = resolve;
  });
  const take = (message: Message) => {
    if (message.channel === 'stdin' && message.header.msg_type === 'input_request') void answer(message);
    if (message.channel !== 'iopub') return;
    options.onMessage?.(message);
    if (message.header.msg_type === 'status') {
      if (message.content.execution_state === 'idle') idle();
      return;
    }
    messages.push(message);
  };
  const answer = async (message: Message) => {
    const { prompt, password } = message.content;
    const value = await options.onInput?.(typeof prompt === 'string' ? prompt : '', password === true);
    await client.send('stdin', 'input_reply', { status: 'ok', value: value ?? '' }, { parent: message });
  };
  let finish: (reply: Message) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const replied = new Promise<Message>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const stop = client.onMessage((message) => {
    if (message.parent.msg_id !== id) return;
    if (message.channel === 'shell') finish(message);
    else take(message);
  });
  const stopFailure = client.onFailure(fail);
  let timer: NodeJS.Timeout | undefined;
  if (options.timeout !== undefined) {
    const seconds = options.timeout / 1000;
    timer = setTimeout(() => fail(new CellTimeout(`the cell did not end within ${seconds} s`)), options.timeout);
  }
  try {
    client.send('shell', 'execute_request', content, { id, metadata: options.metadata }).catch(fail);
    const reply = await replied;
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      late = setTimeout(resolve, IDLE_LATENESS);
    });
    await Promise.race([isIdle, patience]);
    clearTimeout(late);
    const { status, execution_count } = reply.content;
    return {
      // Deno's and tslab's kernels write `abort`.
      status: status === 'ok' || status === 'error' ? status : 'aborted',
      executionCount: typeof execution_count === 'number' ? execution_count : undefined,
      reply,
      messages,
    };
  } finally {
    clearTimeout(timer);
    stop();
    stopFailure();
  }
}
