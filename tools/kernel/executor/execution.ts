import { displayBundle, displayResult } from '../display/index.js';
import type { Importer } from '../language/importer.js';
import { failureOf } from './failure.js';
import { runAs } from './origin.js';
import type { Output } from './output.js';
import { KeyboardInterrupt } from './prompt.js';
import type { ExecuteOrder, Outcome, UserExpression } from './protocol.js';
import type { Repl } from './repl.js';

class Interrupted extends Error {}

/** Runs the cells, one at a time, and tells the front how each ended. */
export class Execution {
  readonly #output: Output;
  readonly #repl: Repl;
  readonly #importer: Importer;
  #running: ExecuteOrder | undefined;
  #interrupt: (() => void) | undefined;
  #mayAsk = false;
  /** What the running cell adds to its reply. */
  #payload: unknown[] = [];

  constructor(output: Output, repl: Repl, importer: Importer) {
    this.#output = output;
    this.#repl = repl;
    this.#importer = importer;
  }

  /** Whether the request that runs allows questions to the user. */
  get mayAsk(): boolean {
    return this.#mayAsk;
  }

  addPayload(payload: unknown): void {
    this.#payload.push(payload);
  }

  /** Gives up the cell that waits for something: its promise is left alone, its variables stay. */
  interrupt(): void {
    this.#interrupt?.();
  }

  /** After a loop was stopped from outside: its code, and whatever else ran at that moment, was cut off and goes on nowhere. */
  terminated(): void {
    const order = this.#running;
    this.interrupt();
    setTimeout(() => {
      if (order && this.#running === order) this.#finish(order, { status: 'interrupted' });
    }, 100);
  }

  async run(order: ExecuteOrder): Promise<void> {
    this.#running = order;
    this.#mayAsk = order.allowStdin;
    this.#payload = [];
    this.#output.begin(order.origin);
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = () => reject(new Interrupted());
    });
    let outcome: Outcome;
    try {
      outcome = await Promise.race([interrupted, runAs(order.origin, () => this.#outcome(order))]);
    } catch (error) {
      outcome =
        error instanceof Interrupted ? { status: 'interrupted' } : { status: 'error', failure: failureOf(error) };
    }
    if (outcome.status === 'interrupted') this.#repl.abandon();
    this.#finish(order, await this.#dispose(outcome));
  }

  #finish(order: ExecuteOrder, outcome: Outcome): void {
    if (this.#running !== order) return;
    this.#interrupt = undefined;
    this.#mayAsk = false;
    this.#output.send({ kind: 'done', origin: order.origin, outcome }, order.origin);
    this.#running = undefined;
  }

  async #outcome(order: ExecuteOrder): Promise<Outcome> {
    await this.#refresh();
    const ended = await this.#repl.evaluate(order.script);
    if (ended.kind === 'interrupted') return { status: 'interrupted' };
    if (ended.kind === 'thrown') {
      if (ended.value instanceof KeyboardInterrupt) return { status: 'interrupted' };
      return { status: 'error', failure: failureOf(ended.value) };
    }
    let resultText: string | undefined;
    if (ended.value !== undefined && !order.silent) {
      const { bundle: data, text } = await displayResult(ended.value);
      resultText = text;
      if (data !== undefined)
        this.#output.publish('execute_result', { execution_count: order.count, data, metadata: {} });
    }
    const userExpressions: Record<string, UserExpression> = {};
    for (const [name, expression] of Object.entries(order.userExpressions))
      userExpressions[name] = await this.#userExpression(expression);
    return { status: 'ok', userExpressions, payload: this.#payload, resultText };
  }

  /** Files of the workspace that were edited since the last cell are loaded again. */
  async #refresh(): Promise<void> {
    for (const { path, error } of (await this.#importer.beginCell()).failed)
      process.stderr.write(`${path} was edited and cannot be loaded again: ${failureOf(error).stack}\n`);
  }

  /** What the cell declared by `using` ends with it; where that fails, the cell has failed. */
  async #dispose(outcome: Outcome): Promise<Outcome> {
    try {
      await this.#importer.endCell();
      return outcome;
    } catch (error) {
      return outcome.status === 'ok' ? { status: 'error', failure: failureOf(error) } : outcome;
    }
  }

  async #userExpression(expression: string): Promise<UserExpression> {
    const ended = await this.#repl.evaluate(`(${expression}\n)`);
    if (ended.kind === 'value') return { status: 'ok', data: await displayBundle(ended.value), metadata: {} };
    return { status: 'error', failure: failureOf(ended.kind === 'thrown' ? ended.value : new KeyboardInterrupt()) };
  }
}
