import { XPublisher } from 'zeromq';
import { addressOf, type Connection, type Outgoing, type Signer, writeMessage } from '../wire/index.js';
import { SendQueue } from './sendQueue.js';

/** Text is sent at most this late, in ms, and earlier once so many characters have gathered. */
const TEXT_DELAY = 15;
const TEXT_SIZE = 500_000;

/** The socket that every client listens to. Pieces of text of one stream that come shortly after each other go out as one message. */
export class Iopub {
  readonly #socket: XPublisher;
  readonly #queue: SendQueue;
  readonly #session: string;
  readonly #signer: Signer;
  #text: { name: string; parent: string; pieces: string[]; size: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Called when bytes have left or gathered, with how many wait. */
  onBacklog: (bytes: number) => void = () => undefined;

  constructor(session: string, signer: Signer) {
    this.#session = session;
    this.#signer = signer;
    // A client that reads slowly slows the cell down instead of losing its output; one that reads nothing for 5 s loses it.
    this.#socket = new XPublisher({
      linger: 1000,
      verbosity: 'allSubs',
      noDrop: true,
      sendHighWaterMark: 1000,
      sendTimeout: 5000,
    });
    this.#queue = new SendQueue({
      send: async (frames) => {
        await this.#socket.send(frames);
        this.onBacklog(this.#queue.bytes);
      },
    });
  }

  async bind(connection: Connection): Promise<void> {
    await this.#socket.bind(addressOf(connection, connection.iopub_port));
    void this.#welcome();
  }

  publish(message: Outgoing): void {
    this.flush();
    this.#send(message);
  }

  status(state: 'busy' | 'idle' | 'starting', parent: string): void {
    this.publish({ type: 'status', parent, content: JSON.stringify({ execution_state: state }) });
  }

  /** Text of a cell. */
  stream(name: 'stdout' | 'stderr', text: string, parent: string): void {
    if (text === '') return;
    if (this.#text && (this.#text.name !== name || this.#text.parent !== parent)) this.flush();
    this.#text ??= { name, parent, pieces: [], size: 0 };
    this.#text.pieces.push(text);
    this.#text.size += text.length;
    if (this.#text.size >= TEXT_SIZE) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), TEXT_DELAY);
  }

  /** Sends the text that has gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#text) return;
    const { name, parent, pieces } = this.#text;
    this.#text = undefined;
    this.#send({ type: 'stream', parent, content: JSON.stringify({ name, text: pieces.join('') }) });
  }

  async close(): Promise<void> {
    this.flush();
    await this.#queue.drained();
    this.#socket.close();
  }

  #send(message: Outgoing): void {
    this.#queue.push([Buffer.from(message.type), ...writeMessage(message, this.#session, this.#signer)]);
    this.onBacklog(this.#queue.bytes);
  }

  /** Tells each new subscriber that it is heard from now on (iopub_welcome): what a client sends after that loses no output. */
  async #welcome(): Promise<void> {
    try {
      for await (const [frame] of this.#socket) {
        if (frame?.[0] !== 1) continue;
        const subscription = frame.subarray(1).toString();
        const content = JSON.stringify({ subscription });
        const message = { type: 'iopub_welcome', parent: '{}', content };
        this.#queue.push([Buffer.from(subscription), ...writeMessage(message, this.#session, this.#signer)]);
      }
    } catch {
      // closed
    }
  }
}
