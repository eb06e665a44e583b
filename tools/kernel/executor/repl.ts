import { Session } from 'node:inspector';
import { promiseHooks } from 'node:v8';
import { Script } from 'node:vm';

/** What the inspector says of a value: a primitive itself, or a handle to an object. */
type RemoteValue = { objectId?: string; unserializableValue?: string; value?: unknown };

type Reply = { result: RemoteValue; exceptionDetails?: { exception?: RemoteValue } };

/** Node's types know the reply, but not the parameter `replMode` with which it comes. */
function isReply(reply: object | undefined): reply is Reply {
  return reply !== undefined && 'result' in reply;
}

/** How a script ended: with a value, by throwing one, or stopped from outside. */
export type Evaluation =
  | { kind: 'value'; value: unknown }
  | { kind: 'thrown'; value: unknown }
  | { kind: 'interrupted' };

function connected(): Session {
  const session = new Session();
  session.connect();
  return session;
}

declare global {
  /** Where evaluated values are handed over; deleted from view, used only by this file. */
  var __atelierTake: ((value: unknown) => void) | undefined;
  var __atelierEvaluate: (() => void) | undefined;
}

/**
 * V8's own REPL mode: top-level `let`, `const` and `class` persist and may be declared again, `await` and `for await` work at the top
 * level, and variables are as fast as V8 keeps them.
 */
export class Repl {
  #session = connected();
  /**
   * The promise of the script that runs. Where it waits for what never comes nothing else holds it, and the inspector would tell of its
   * collection by calling back in the middle of that, which Node 22 does not survive.
   */
  readonly #held = new Set<unknown>();
  #taken: unknown;
  #start: () => void = () => undefined;
  /** A script of node:vm around the call can be stopped by SIGINT in the middle of a synchronous loop, and nothing else breaks. */
  readonly #stoppable = new Script('__atelierEvaluate()', { filename: 'node:atelier/evaluate' });

  constructor() {
    Object.defineProperties(globalThis, {
      __atelierTake: { value: (value: unknown) => (this.#taken = value) },
      __atelierEvaluate: { value: () => this.#start() },
    });
  }

  /**
   * Declares a variable of cells. Other than a property of `globalThis` it is not found there by code that looks for the names of
   * other runtimes.
   */
  declare(name: string, value: unknown): void {
    Object.defineProperty(globalThis, '__atelierGiven', { value, configurable: true });
    this.#session.post('Runtime.evaluate', { expression: `let ${name} = __atelierGiven; void 0`, replMode: true });
    Reflect.deleteProperty(globalThis, '__atelierGiven');
  }

  /** Runs a script and resolves with the value of its last expression. Never rejects. */
  evaluate(expression: string): Promise<Evaluation> {
    return new Promise((resolve) => {
      const parameters = { expression, replMode: true, awaitPromise: true, silent: true, objectGroup: 'cell' };
      const session = this.#session;
      this.#start = () => {
        const stopHolding = promiseHooks.onInit((promise) => {
          this.#held.add(promise);
          stopHolding();
        });
        session.post('Runtime.evaluate', parameters, (error, reply) => {
          this.#held.clear();
          if (error && /terminated/.test(error.message)) resolve({ kind: 'interrupted' });
          else if (error || !isReply(reply)) resolve({ kind: 'thrown', value: error });
          else if (reply.exceptionDetails)
            resolve({ kind: 'thrown', value: this.#take(reply.exceptionDetails.exception ?? {}) });
          else resolve({ kind: 'value', value: this.#take(reply.result) });
          session.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
        });
        stopHolding();
      };
      try {
        this.#stoppable.runInThisContext({ breakOnSigint: true });
      } catch (error) {
        const isStopped =
          error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
        resolve(isStopped ? { kind: 'interrupted' } : { kind: 'thrown', value: error });
      }
    });
  }

  /** Gives up the script that still waits. Its answer would find nobody, and could come in the middle of a garbage collection. */
  abandon(): void {
    this.#session.disconnect();
    this.#session = connected();
    this.#held.clear();
  }

  /** The value itself behind the inspector's description of it. */
  #take({ objectId, unserializableValue, value }: RemoteValue): unknown {
    const argument = objectId ? { objectId } : unserializableValue ? { unserializableValue } : { value };
    this.#session.post('Runtime.callFunctionOn', {
      functionDeclaration: '(value) => { __atelierTake(value); }',
      arguments: [argument],
      executionContextId: 1,
      silent: true,
    });
    const taken = this.#taken;
    this.#taken = undefined;
    return taken;
  }
}
