import { Router } from 'zeromq';
import {
  addressOf,
  type Connection,
  InvalidMessage,
  type Outgoing,
  type Request,
  readMessage,
  type Signer,
  writeMessage,
} from '../wire/index.js';
import { SendQueue } from './sendQueue.js';

/** A socket on which clients ask and are answered: shell, control or stdin. Bytes that are no valid message are left unanswered. */
export class RouterSocket {
  readonly #name: string;
  readonly #socket = new Router({ linger: 1000, handover: true, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  readonly #queue = new SendQueue(this.#socket);
  readonly #session: string;
  readonly #signer: Signer;

  constructor(name: string, session: string, signer: Signer) {
    this.#name = name;
    this.#session = session;
    this.#signer = signer;
  }

  /** Listens, and calls `onRequest` with each valid message. */
  async bind(connection: Connection, port: number, onRequest: (request: Request) => void): Promise<void> {
    await this.#socket.bind(addressOf(connection, port));
    void this.#receive(onRequest);
  }

  send(identities: readonly Buffer[], message: Outgoing): void {
    this.#queue.push([...identities, ...writeMessage(message, this.#session, this.#signer)]);
  }

  reply(request: Request, type: string, content: Record<string, unknown>): void {
    this.send(request.identities, { type, parent: request.headerJson, content: JSON.stringify(content) });
  }

  async close(): Promise<void> {
    await this.#queue.drained();
    this.#socket.close();
  }

  async #receive(onRequest: (request: Request) => void): Promise<void> {
    try {
      for await (const frames of this.#socket) {
        try {
          onRequest(readMessage(frames, this.#signer));
        } catch (error) {
          if (!(error instanceof InvalidMessage)) throw error;
          process.stderr.write(`${this.#name}: ${error.message}; it was left out\n`);
        }
      }
    } catch (error) {
      if (!this.#socket.closed) process.stderr.write(`${this.#name}: ${String(error)}\n`);
    }
  }
}
