import type { InputAnswer } from '../executor/protocol.js';
import type { Request } from '../wire/index.js';
import type { RouterSocket } from './routerSocket.js';

/** The questions of `prompt` and `confirm` to the client whose cell runs. */
export class Questions {
  readonly #socket: RouterSocket;
  readonly #answer: (answer: InputAnswer) => void;
  #isPending = false;

  constructor(socket: RouterSocket, answer: (answer: InputAnswer) => void) {
    this.#socket = socket;
    this.#answer = answer;
  }

  /** Asks; `asker` is the request whose cell asks, if one runs. */
  ask(asker: Request | undefined, prompt: string, password: boolean): void {
    if (!asker) {
      this.#answer({ kind: 'refused', reason: `"${prompt}": no cell is running, so nobody can be asked` });
      return;
    }
    this.#isPending = true;
    const content = JSON.stringify({ prompt, password });
    this.#socket.send(asker.identities, { type: 'input_request', parent: asker.headerJson, content });
  }

  /** A message of the stdin socket. An answer to nothing (to a question that was interrupted) is dropped. */
  take(request: Request): void {
    if (request.header.msg_type !== 'input_reply' || !this.#isPending) return;
    const { value, status } = request.content;
    this.#isPending = false;
    if (status === 'error' || status === 'aborted')
      this.#answer({ kind: 'refused', reason: 'the client gave no answer' });
    else this.#answer({ kind: 'value', value: typeof value === 'string' ? value : '' });
  }

  /** Ends the waiting of a cell that asks; false where none does. */
  interrupt(): boolean {
    if (!this.#isPending) return false;
    this.#isPending = false;
    this.#answer({ kind: 'interrupted' });
    return true;
  }
}
