type Sender = { send(frames: Buffer[]): Promise<void> };

/** Sends messages of one socket in their order, one at a time, as zeromq asks for; never waits in the caller. */
export class SendQueue {
  readonly #socket: Sender;
  readonly #waiting: Buffer[][] = [];
  #bytes = 0;
  #isSending = false;
  #empty: (() => void)[] = [];

  constructor(socket: Sender) {
    this.#socket = socket;
  }

  /** Bytes that no socket has taken yet. */
  get bytes(): number {
    return this.#bytes;
  }

  push(frames: Buffer[]): void {
    this.#waiting.push(frames);
    this.#bytes += sizeOf(frames);
    if (!this.#isSending) void this.#pump();
  }

  /** Resolves when everything has been handed to zeromq. */
  async drained(): Promise<void> {
    if (this.#isSending) await new Promise<void>((resolve) => this.#empty.push(resolve));
  }

  async #pump(): Promise<void> {
    this.#isSending = true;
    for (let frames = this.#waiting.shift(); frames; frames = this.#waiting.shift()) {
      try {
        await this.#socket.send(frames);
      } catch {
        // The socket is closed, or the client is gone or takes nothing any more: the message is for nobody.
      }
      this.#bytes -= sizeOf(frames);
    }
    this.#isSending = false;
    for (const resolve of this.#empty.splice(0)) resolve();
  }
}

function sizeOf(frames: readonly Buffer[]): number {
  return frames.reduce((sum, part) => sum + part.length, 0);
}
