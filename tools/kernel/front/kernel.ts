import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { prepareLanguage } from '../language/index.js';
import { type Connection, type Request, Signer } from '../wire/index.js';
import { CommTable } from './commTable.js';
import { Executions } from './executions.js';
import { Executor } from './executor.js';
import { startHeartbeat } from './heartbeat.js';
import { History, historyFile } from './history.js';
import { Iopub } from './iopub.js';
import { kernelInfo } from './kernelInfo.js';
import { Language } from './language.js';
import { Origins } from './origins.js';
import { watchParent } from './parentPoller.js';
import { Questions } from './questions.js';
import { flagOf, InvalidRequest, numberOf, textOf } from './requestFields.js';
import { RouterSocket } from './routerSocket.js';

/** In ms: later than that the kernel counts as there, and its first cell takes longer. */
const WARM_UP = 650;

type Reply = Record<string, unknown>;
type Handler = (request: Request) => Reply | undefined | Promise<Reply | undefined>;

export type KernelOptions = {
  connection: Connection;
  cwd: string;
  /** The folder with executor.js. */
  programs: URL;
};

/** The front of the kernel: answers every request by itself, and leaves to the executor what cells do. */
export class Kernel {
  readonly #connection: Connection;
  readonly #signer: Signer;
  readonly #sockets: Record<'shell' | 'control' | 'stdin', RouterSocket>;
  readonly #iopub: Iopub;
  readonly #language: Language;
  readonly #history = new History(historyFile());
  readonly #origins = new Origins();
  readonly #comms = new CommTable();
  readonly #executor: Executor;
  readonly #executions: Executions;
  readonly #questions: Questions;
  /** The reply to kernel_info waits so long for what the first cell needs. */
  readonly #warm: Promise<unknown>;
  #stopHeartbeat: () => void = () => undefined;
  readonly #unknown = new Set<string>();
  #isShutDown = false;
  #isStopping = false;

  constructor({ connection, cwd, programs }: KernelOptions) {
    this.#connection = connection;
    this.#signer = new Signer(connection.key);
    const session = randomUUID();
    const socket = (name: string) => new RouterSocket(name, session, this.#signer);
    this.#sockets = { shell: socket('shell'), control: socket('control'), stdin: socket('stdin') };
    this.#iopub = new Iopub(session, this.#signer);
    this.#language = new Language(cwd);
    this.#executor = new Executor({
      entry: new URL('executor.js', programs),
      cwd,
      iopub: this.#iopub,
      origins: this.#origins,
      comms: this.#comms,
      onInput: (_, prompt, password) => this.#questions.ask(this.#executions.running, prompt, password),
      trace: (failure) => this.#language.trace(failure),
      onRestart: () => void this.#language.service.reset(),
    });
    const ready = Promise.all([this.#language.service.ready(), this.#executor.ready]);
    this.#warm = Promise.race([ready, wait(WARM_UP)]).catch(() => undefined);
    this.#questions = new Questions(this.#sockets.stdin, (answer) => this.#executor.answerInput(answer));
    this.#executions = new Executions({
      executor: this.#executor,
      language: this.#language,
      history: this.#history,
      iopub: this.#iopub,
      origins: this.#origins,
      answer: (request, reply) => this.#sockets.shell.reply(request, 'execute_reply', reply),
      trace: (failure) => this.#language.trace(failure),
    });
  }

  /** Opens the sockets; from then on requests are answered. */
  async start(): Promise<void> {
    const { shell, control, stdin } = this.#sockets;
    await this.#iopub.bind(this.#connection);
    this.#stopHeartbeat = await startHeartbeat(this.#connection);
    await stdin.bind(this.#connection, this.#connection.stdin_port, (request) => this.#questions.take(request));
    await control.bind(this.#connection, this.#connection.control_port, (request) => this.#take(control, request));
    await shell.bind(this.#connection, this.#connection.shell_port, (request) => this.#take(shell, request));
    this.#iopub.status('starting', '{}');
    watchParent(() => void this.stop());
    // The next start is faster. A kernel that lives for a moment is no reason to.
    setTimeout(() => void prepareLanguage().catch(() => undefined), 20_000).unref();
  }

  /** Stops the running cell. */
  interrupt(): void {
    this.#executions.interrupt();
    if (!this.#questions.interrupt()) this.#executor.interrupt();
  }

  /** Ends the executor and the sockets, then the process. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    await Promise.all([this.#executor.stop(), this.#language.service.close(), this.#history.close()]);
    this.#stopHeartbeat();
    await Promise.all([this.#iopub, ...Object.values(this.#sockets)].map((socket) => socket.close()));
    process.exit(0);
  }

  #take(socket: RouterSocket, request: Request): void {
    const type = request.header.msg_type;
    if (type === 'execute_request' && socket === this.#sockets.shell) this.#executions.push(request);
    else void this.#answer(socket, request, Object.hasOwn(this.#handlers, type) ? this.#handlers[type] : undefined);
  }

  async #answer(socket: RouterSocket, request: Request, handler: Handler | undefined): Promise<void> {
    const type = request.header.msg_type;
    this.#iopub.status('busy', request.headerJson);
    try {
      if (!handler) this.#tellUnknown(type);
      const reply = await handler?.(request);
      if (reply) socket.reply(request, type.replace(/_request$/, '_reply'), reply);
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      const traceback = error instanceof InvalidRequest ? [`${type}: ${message}`] : [stack ?? message];
      const reply = { status: 'error', ename: name, evalue: message, traceback };
      if (type.endsWith('_request')) socket.reply(request, type.replace(/_request$/, '_reply'), reply);
    }
    this.#iopub.status('idle', request.headerJson);
    // Clients take the last state for the kernel's.
    const { running } = this.#executions;
    if (running) this.#iopub.status('busy', running.headerJson);
    if (this.#isShutDown) await this.stop();
  }

  /** Once: some clients ask every few seconds for what only other kernels have. */
  #tellUnknown(type: string): void {
    if (this.#unknown.size >= 100 || this.#unknown.has(type)) return;
    this.#unknown.add(type);
    process.stderr.write(`${type.slice(0, 100)}: a request that this kernel does not know\n`);
  }

  readonly #handlers: Record<string, Handler> = {
    kernel_info_request: async () => {
      await this.#warm;
      return kernelInfo();
    },
    connect_request: () => {
      const { shell_port, iopub_port, stdin_port, hb_port, control_port } = this.#connection;
      return { status: 'ok', shell_port, iopub_port, stdin_port, hb_port, control_port };
    },
    complete_request: async ({ content }) => {
      const code = textOf(content, 'code');
      const found = await this.#language.service.complete(code, numberOf(content, 'cursor_pos', [...code].length));
      const { matches, cursorStart, cursorEnd, metadata } = found;
      return { status: 'ok', matches, cursor_start: cursorStart, cursor_end: cursorEnd, metadata };
    },
    inspect_request: async ({ content }) => {
      const code = textOf(content, 'code');
      const cursor = numberOf(content, 'cursor_pos', [...code].length);
      const { found, data } = await this.#language.service.inspect(code, cursor, numberOf(content, 'detail_level', 0));
      return { status: 'ok', found, data, metadata: {} };
    },
    is_complete_request: async ({ content: { code } }) =>
      typeof code === 'string' ? await this.#language.service.isComplete(code) : { status: 'unknown' },
    history_request: async ({ content }) => ({ status: 'ok', history: await this.#history.find(content) }),
    comm_info_request: ({ content }) => {
      const { target_name: target } = content;
      return {
        status: 'ok',
        comms: this.#comms.info(typeof target === 'string' && target !== '' ? target : undefined),
      };
    },
    comm_open: (request) => this.#relay('comm_open', request),
    comm_msg: (request) => this.#relay('comm_msg', request),
    comm_close: (request) => this.#relay('comm_close', request),
    interrupt_request: () => {
      this.interrupt();
      return { status: 'ok' };
    },
    shutdown_request: (request) => {
      const reply = { status: 'ok', restart: flagOf(request.content, 'restart', false) };
      const content = JSON.stringify(reply);
      this.#isShutDown = true;
      this.#iopub.publish({ type: 'shutdown_reply', parent: request.headerJson, content });
      return reply;
    },
  };

  async #relay(type: 'comm_open' | 'comm_msg' | 'comm_close', request: Request): Promise<undefined> {
    const { content, metadata, buffers, headerJson } = request;
    const origin = this.#origins.add(headerJson);
    await this.#executor.handle({ kind: 'comm', type, origin, content, metadata, buffers });
    return undefined;
  }
}
