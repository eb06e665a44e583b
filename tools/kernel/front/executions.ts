import { setTimeout as wait } from 'node:timers/promises';
import type { Failure, UserExpression } from '../executor/protocol.js';
import type { Request } from '../wire/index.js';
import type { CellOutcome, Executor } from './executor.js';
import type { History } from './history.js';
import type { Iopub } from './iopub.js';
import type { Language } from './language.js';
import type { Origins } from './origins.js';
import { inspectedName } from './pager.js';
import { flagOf, textOf, textsOf } from './requestFields.js';

type Reply = Record<string, unknown>;
/** In ms, for messages that the client has sent at once with the failed one. */
const IN_FLIGHT = 20;

type Answer = (request: Request, content: Reply) => void;

export type ExecutionsOptions = {
  executor: Executor;
  language: Language;
  history: History;
  iopub: Iopub;
  origins: Origins;
  answer: Answer;
  trace: (failure: Failure) => string[];
};

/** The queue of execute requests: one cell at a time, in the order they came. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #queue: Request[] = [];
  #running: Request | undefined;
  #isAtWork = false;
  #count = 0;
  #cell = 0;
  #stopPreparing: () => void = () => undefined;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  /** The request whose cell runs. */
  get running(): Request | undefined {
    return this.#running;
  }

  push(request: Request): void {
    this.#queue.push(request);
    if (!this.#isAtWork) void this.#runAll();
  }

  /** Ends the waiting for the type check of the running cell; what runs in the executor is interrupted there. */
  interrupt(): void {
    this.#stopPreparing();
  }

  async #runAll(): Promise<void> {
    this.#isAtWork = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#running = request;
      const { iopub, answer } = this.#options;
      iopub.status('busy', request.headerJson);
      const reply = await this.#run(request).catch((error: unknown) => this.#broken(request, error));
      const isStop = reply.status === 'error' && request.content.stop_on_error !== false;
      // What comes before the error is told was sent without knowing of it, also what is on its way.
      if (isStop) await wait(IN_FLIGHT);
      const doomed = isStop ? this.#queue.splice(0) : [];
      answer(request, reply);
      this.#running = undefined;
      iopub.status('idle', request.headerJson);
      for (const later of doomed) this.#abort(later);
    }
    this.#isAtWork = false;
  }

  /** A "run all" stops at its first error. */
  #abort(request: Request): void {
    const { iopub, answer } = this.#options;
    iopub.status('busy', request.headerJson);
    answer(request, { status: 'aborted', execution_count: this.#count, user_expressions: {}, payload: [] });
    iopub.status('idle', request.headerJson);
  }

  async #run(request: Request): Promise<Reply> {
    const { iopub, executor, language, history, origins } = this.#options;
    const { content, headerJson } = request;
    const code = textOf(content, 'code');
    const silent = flagOf(content, 'silent', false);
    const isStored = !silent && flagOf(content, 'store_history', true);
    const userExpressions = textsOf(content, 'user_expressions');
    if (isStored) this.#count++;
    const count = this.#count;
    if (!silent)
      iopub.publish({
        type: 'execute_input',
        parent: headerJson,
        content: JSON.stringify({ code, execution_count: count }),
      });
    const origin = origins.add(headerJson);
    const done = { status: 'ok', execution_count: count, user_expressions: {}, payload: [] as unknown[] };
    const name = inspectedName(code);
    if (name !== undefined) {
      const { found, data } = await language.service.inspect(name.name, [...name.name].length, name.detailLevel);
      if (isStored) history.add(count, code, null);
      const page = found ? data : { 'text/plain': `Nothing is known of ${name.name}.` };
      return { ...done, payload: [{ source: 'page', data: page, start: 0 }] };
    }
    const cell = ++this.#cell;
    const stopped = new Promise<undefined>((resolve) => {
      this.#stopPreparing = () => resolve(undefined);
    });
    const compiled = await Promise.race([language.service.compile(code, { cell, name: `Cell ${count}` }), stopped]);
    this.#stopPreparing = () => undefined;
    if (!compiled) return this.#failed(request, interruption());
    if (!compiled.ok) {
      if (isStored) history.add(count, code, null);
      return this.#failed(request, language.failure(compiled.diagnostics));
    }
    const outcome = await executor.execute({
      kind: 'execute',
      origin,
      script: compiled.script,
      count,
      silent,
      allowStdin: flagOf(content, 'allow_stdin', true),
      userExpressions,
    });
    if (outcome.status !== 'died') await language.service.commit(cell);
    if (isStored) history.add(count, code, outcome.status === 'ok' ? (outcome.resultText ?? null) : null);
    return this.#replyTo(request, outcome, done);
  }

  #replyTo(request: Request, outcome: CellOutcome, done: Reply): Reply {
    if (outcome.status === 'interrupted') return this.#failed(request, interruption());
    if (outcome.status !== 'ok') return this.#failed(request, outcome.failure);
    return { ...done, user_expressions: this.#expressions(outcome.userExpressions), payload: outcome.payload };
  }

  #expressions(results: Record<string, UserExpression>): Reply {
    const entries = Object.entries(results).map(([name, result]) => {
      if (result.status === 'ok') return [name, result];
      return [name, { status: 'error', ...this.#errorContent(result.failure) }];
    });
    return Object.fromEntries(entries);
  }

  #errorContent(failure: Failure): Reply {
    return { ename: failure.name, evalue: failure.message, traceback: this.#options.trace(failure) };
  }

  #failed(request: Request, failure: Failure): Reply {
    const error = this.#errorContent(failure);
    this.#options.iopub.publish({ type: 'error', parent: request.headerJson, content: JSON.stringify(error) });
    return { status: 'error', execution_count: this.#count, ...error, user_expressions: {}, payload: [] };
  }

  /** A request that is none, a language worker that does not start, or a mistake of ours: told, and the kernel goes on. */
  #broken(request: Request, error: unknown): Reply {
    const { name, message, stack = message } = error instanceof Error ? error : new Error(String(error));
    return this.#failed(request, { name, message, stack });
  }
}

function interruption(): Failure {
  return {
    name: 'KeyboardInterrupt',
    message: 'the cell was interrupted',
    stack: 'KeyboardInterrupt: the cell was interrupted',
  };
}
