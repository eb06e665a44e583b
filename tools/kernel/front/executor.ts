import { projectRoot } from 'common/utils';
import type { ExecuteOrder, Failure, FromExecutor, InputAnswer, Outcome, ToExecutor } from '../executor/protocol.js';
import type { CommTable } from './commTable.js';
import { ExecutorProcess } from './executorProcess.js';
import type { Iopub } from './iopub.js';
import type { Origins } from './origins.js';

/** How a cell ended, seen from the front: also by the end of its process. */
export type CellOutcome = Outcome | { status: 'died'; failure: Failure };

/** So many ms after SIGINT a cell that still runs is a loop that heeds no signal. */
const SIGINT_PATIENCE = 80;

/** More bytes than this on their way to clients let the cell wait. */
const MAX_BACKLOG = 32e6;

export type ExecutorOptions = {
  entry: URL;
  cwd: string;
  iopub: Iopub;
  origins: Origins;
  comms: CommTable;
  /** Asks the client of a cell; the answer goes to `answerInput`. */
  onInput: (origin: number, prompt: string, password: boolean) => void;
  /** Traceback lines whose frames name cells. */
  trace: (failure: Failure) => string[];
  /** The variables are gone. */
  onRestart: () => void;
};

/** The executor as the front uses it: one process, and after its end another. */
export class Executor {
  readonly #options: ExecutorOptions;
  #process: ExecutorProcess;
  #isReady = false;
  #told: () => void = () => undefined;
  /** Resolves when the first process takes orders. */
  readonly ready = new Promise<void>((resolve) => {
    this.#told = resolve;
  });
  #waiting: ToExecutor[] = [];
  #running: { origin: number; finish: (outcome: CellOutcome) => void } | undefined;
  #handlers = new Map<number, () => void>();
  #exitCode: number | undefined;
  #isStopping = false;
  #isPaused = false;
  #interrupts: NodeJS.Timeout[] = [];
  #deaths = 0;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#process = this.#start();
    options.iopub.onBacklog = (bytes) => {
      if (bytes > MAX_BACKLOG === this.#isPaused) return;
      if (this.#isPaused && bytes > MAX_BACKLOG / 4) return;
      this.#isPaused = !this.#isPaused;
      this.#process.setPaused(this.#isPaused);
    };
  }

  /** Runs a script; resolves when it and all of its output have come. */
  execute(order: ExecuteOrder): Promise<CellOutcome> {
    return new Promise((resolve) => {
      this.#running = {
        origin: order.origin,
        finish: (outcome) => {
          this.#running = undefined;
          for (const timer of this.#interrupts.splice(0)) clearTimeout(timer);
          resolve(outcome);
        },
      };
      this.#send(order);
    });
  }

  /** Hands a comm message to the cells' handlers; resolves when they have dealt with it. */
  handle(order: ToExecutor & { kind: 'comm' }): Promise<void> {
    return new Promise((resolve) => {
      this.#handlers.set(order.origin, resolve);
      this.#send(order);
    });
  }

  answerInput(answer: InputAnswer): void {
    this.#process.answerInput(answer);
  }

  /** Stops the running cell, whatever it does; without one nothing happens. */
  interrupt(): void {
    if (!this.#running) return;
    if (!this.#isReady) {
      this.#waiting = this.#waiting.filter(({ kind }) => kind !== 'execute');
      this.#running.finish({ status: 'interrupted' });
      return;
    }
    this.#process.interrupt();
    this.#interrupts.push(setTimeout(() => this.#process.terminateLoop(), SIGINT_PATIENCE));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#process.stop();
  }

  #send(order: ToExecutor): void {
    if (this.#isReady) this.#process.send(order);
    else this.#waiting.push(order);
  }

  #start(): ExecutorProcess {
    const { entry, cwd, iopub, origins } = this.#options;
    return new ExecutorProcess(entry, cwd, projectRoot(), {
      onText: (lane, text, origin) => iopub.stream(lane, text, origins.parentOf(origin)),
      onMessage: (message, origin) => this.#take(message, origin),
      onExit: (code, signal) => this.#ended(code, signal),
    });
  }

  #take(message: FromExecutor, origin: number): void {
    const { iopub, origins, comms } = this.#options;
    const parent = origins.parentOf(origin);
    if (message.kind === 'publish') {
      const { type, content, metadata, buffers } = message;
      iopub.publish({ type, parent, content, metadata, buffers });
    } else if (message.kind === 'done') {
      if (this.#running?.origin === message.origin) this.#running.finish(message.outcome);
    } else if (message.kind === 'input') this.#options.onInput(message.origin, message.prompt, message.password);
    else if (message.kind === 'uncaught') {
      const lines = this.#options.trace(message.failure).join('\n');
      iopub.stream('stderr', `${message.what} ${lines}\n`, parent);
    } else if (message.kind === 'handled') this.#handled(message.origin);
    else if (message.kind === 'commOpened') comms.open(message.id, message.target);
    else if (message.kind === 'commClosed') comms.close(message.id);
    else if (message.kind === 'exiting') this.#exitCode = message.code;
    else if (message.kind === 'ready') {
      this.#isReady = true;
      this.#told();
      for (const order of this.#waiting.splice(0)) this.#process.send(order);
    }
  }

  #handled(origin: number): void {
    this.#handlers.get(origin)?.();
    this.#handlers.delete(origin);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    const running = this.#running;
    const wasReady = this.#isReady;
    for (const origin of [...this.#handlers.keys()]) this.#handled(origin);
    if (this.#isStopping) {
      running?.finish({ status: 'interrupted' });
      return;
    }
    const reason =
      this.#exitCode === undefined ? describeEnd(code, signal) : `process.exit(${this.#exitCode}) was called`;
    this.#exitCode = undefined;
    this.#isReady = false;
    const { iopub, origins, comms, onRestart } = this.#options;
    comms.clear();
    const message = `The process that runs the cells has ended: ${reason}. A new one was started; all variables are lost.`;
    iopub.stream('stderr', `${message}\n`, origins.parentOf(running?.origin ?? origins.latest));
    this.#deaths = wasReady ? 0 : this.#deaths + 1;
    this.#waiting = [];
    running?.finish({ status: 'died', failure: { name: 'ExecutorEnded', message: reason, stack: message } });
    if (this.#deaths >= 3) throw new Error(`the process that runs the cells does not start: ${reason}`);
    onRestart();
    this.#process = this.#start();
    this.#isPaused = false;
  }
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGABRT' || code === 134) return 'it was aborted (SIGABRT), as Node does where the memory is used up';
  if (signal === 'SIGKILL') return 'it was killed (SIGKILL), as systems do where the memory is used up';
  return signal === null ? `exit code ${code}` : signal;
}
