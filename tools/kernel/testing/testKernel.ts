import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord } from 'common/utils';
import {
  type ExecuteOptions,
  type Execution,
  type Kernel,
  type Message,
  type StartOptions,
  startKernel,
} from '../client/index.js';
import { validateMessage } from './messageSchemas.js';

/** A kernel in an empty folder, with a history of its own; every message that it sends is checked against the protocol. */
export type TestKernel = Kernel & {
  folder: string;
  /** What was wrong with messages so far. */
  violations: string[];
  run(code: string, options?: ExecuteOptions): Promise<CellOutput>;
  /** Ends it and removes the folder that was made for it, never one that the caller has given. */
  remove(): Promise<void>;
};

/** What a cell showed. */
export type CellOutput = Execution & {
  stdout: string;
  stderr: string;
  /** Types of its messages in order; pieces of one stream that follow each other count once. */
  types: string[];
  /** `text/plain` of its result. */
  result: unknown;
  error: { ename: unknown; evalue: unknown; traceback: string } | undefined;
};

export async function startTestKernel(options: StartOptions = {}): Promise<TestKernel> {
  const own = await mkdtemp(join(tmpdir(), 'atelier-kernel-test-'));
  const folder = options.cwd ?? own;
  const env = { ATELIER_HISTORY: join(own, 'history.jsonl'), ...options.env };
  const kernel = await startKernel({ ...options, cwd: folder, env });
  const violations: string[] = [];
  kernel.client.onMessage((message) => {
    try {
      validateMessage(message);
    } catch (error) {
      violations.push(String(error));
    }
  });
  return {
    ...kernel,
    folder,
    violations,
    run: async (code, executeOptions) => summarize(await kernel.execute(code, executeOptions)),
    async remove() {
      await kernel.shutdown();
      await rm(own, { recursive: true, force: true });
    },
  };
}

function summarize(execution: Execution): CellOutput {
  const text = (name: string) =>
    execution.messages
      .filter((message) => isOf(message, 'stream') && message.content.name === name)
      .map((message) => message.content.text)
      .join('');
  const types = execution.messages
    .filter((message) => !isOf(message, 'execute_input'))
    .map(({ header, content }) => (header.msg_type === 'stream' ? String(content.name) : header.msg_type));
  const result = execution.messages.find((message) => isOf(message, 'execute_result'));
  const data = result?.content.data;
  const error = execution.messages.find((message) => isOf(message, 'error'));
  const lines = error?.content.traceback;
  return {
    ...execution,
    stdout: text('stdout'),
    stderr: text('stderr'),
    types: types.filter((type, i) => !(type === types[i - 1] && type.startsWith('std'))),
    result: isRecord(data) ? data['text/plain'] : undefined,
    error: error && {
      ename: error.content.ename,
      evalue: error.content.evalue,
      traceback: Array.isArray(lines) ? lines.join('\n') : '',
    },
  };
}

function isOf(message: Message, type: string): boolean {
  return message.header.msg_type === type;
}
