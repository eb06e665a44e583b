import { randomUUID } from 'node:crypto';
import { Dealer, Request, Subscriber } from 'zeromq';
import type { ConnectionInfo } from './connection.js';
import { type Channel, type Message, newHeader, pack, unpack } from './message.js';

export type RequestOptions = {
  channel?: 'shell' | 'control';
  /** Milliseconds until the request is given up; without it, it waits as long as the kernel lives. */
  timeout?: number;
  buffers?: readonly Uint8Array[];
  metadata?: Record<string, unknown>;
};

type Waiting = { resolve: (reply: Message) => void; reject: (error: Error) => void };

/**
 * The sockets of one client of a running kernel: sends requests, gives each its reply, and hands every message to the listeners.
 * A kernel may have several clients at once.
 */
export class KernelClient {
  readonly info: ConnectionInfo;
  /** Also the identity of the shell and stdin sockets: a kernel sends input requests to whoever asked for the execution. */
  readonly session: string;
  readonly #dealers: Record<'shell' | 'control' | 'stdin', Dealer>;
  readonly #iopub: Subscriber;
  readonly #sending: Record<string, Promise<unknown>> = {};
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #broken = new Set<(error: Error) => void>();
  #failure: Error | undefined;

  constructor(info: ConnectionInfo, session: string = randomUUID()) {
    this.info = info;
    this.session = session;
    const dealer = (port: number): Dealer => {
      const socket = new Dealer({ routingId: session, linger: 0, receiveHighWaterMark: 0, sendHighWaterMark: 0 });
      socket.connect(this.#address(port));
      return socket;
    };
    this.#dealers = {
      shell: dealer(info.shell_port),
      control: dealer(info.control_port),
      stdin: dealer(info.stdin_port),
    };
    this.#iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    this.#iopub.subscribe('');
    this.#iopub.connect(this.#address(info.iopub_port));
    for (const channel of ['shell', 'control', 'stdin'] as const) void this.#receive(channel, this.#dealers[channel]);
    void this.#receive('iopub', this.#iopub);
  }

  #address(port: number): string {
    return `${this.info.transport}://${this.info.ip}:${port}`;
  }

  /** Called with each message of every channel, in the order of each channel. Returns what ends it. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called once when the client is closed or the kernel's process has ended; at once, where that has happened. */
  onFailure(listener: (error: Error) => void): () => void {
    if (this.#failure) listener(this.#failure);
    else this.#broken.add(listener);
    return () => this.#broken.delete(listener);
  }

  /** Sends a message, waits for nothing, and returns its id. */
  async send(
    channel: 'shell' | 'control' | 'stdin',
    type: string,
    content: Record<string, unknown>,
    options: {
      parent?: Message;
      buffers?: readonly Uint8Array[];
      metadata?: Record<string, unknown>;
      id?: string;
    } = {},
  ): Promise<string> {
    const header = newHeader(type, this.session);
    if (options.id !== undefined) header.msg_id = options.id;
    const message = {
      header,
      parent: options.parent?.header ?? {},
      metadata: options.metadata ?? {},
      content,
      buffers: [...(options.buffers ?? [])],
    };
    await this.sendFrames(channel, pack(message, this.info.key));
    return header.msg_id;
  }

  /** Sends bytes as they are, which need be no message: for tests of what a kernel does with them. */
  async sendFrames(channel: 'shell' | 'control' | 'stdin', frames: readonly Uint8Array[]): Promise<void> {
    if (this.#failure) throw this.#failure;
    // A socket takes one message at a time.
    const before = this.#sending[channel] ?? Promise.resolve();
    const sent = before.then(() => this.#dealers[channel].send(frames.map((frame) => Buffer.from(frame))));
    this.#sending[channel] = sent.catch(() => undefined);
    await sent;
  }

  /** Sends a request and waits for its reply. Rejects after `timeout`, and when the kernel ends. */
  async request(type: string, content: Record<string, unknown> = {}, options: RequestOptions = {}): Promise<Message> {
    const { channel = 'shell', timeout, buffers, metadata } = options;
    const id = randomUUID();
    return await new Promise<Message>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      this.#waiting.set(id, {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: fail,
      });
      if (timeout !== undefined) {
        timer = setTimeout(() => fail(new Error(`the kernel did not answer ${type} within ${timeout} ms`)), timeout);
      }
      this.send(channel, type, content, { id, buffers, metadata }).catch(fail);
    });
  }

  /** Milliseconds until the heartbeat's echo; rejects after `timeout`. */
  async heartbeat(timeout = 2000): Promise<number> {
    const socket = new Request({ linger: 0, receiveTimeout: timeout, sendTimeout: timeout });
    const start = performance.now();
    try {
      socket.connect(this.#address(this.info.hb_port));
      await socket.send('ping');
      const [echo] = await socket.receive();
      if (echo?.toString() !== 'ping') throw new Error('the heartbeat gave back something else');
      return performance.now() - start;
    } finally {
      socket.close();
    }
  }

  /** Ends this client, not the kernel. What still waits is rejected. */
  close(reason = new Error('the connection to the kernel was closed')): void {
    if (this.#failure) return;
    this.#failure = reason;
    for (const socket of [...Object.values(this.#dealers), this.#iopub]) socket.close();
    for (const { reject } of [...this.#waiting.values()]) reject(reason);
    for (const listener of this.#broken) listener(reason);
    this.#broken.clear();
  }

  async #receive(channel: Channel, socket: Dealer | Subscriber): Promise<void> {
    try {
      for await (const frames of socket) this.#dispatch(unpack(frames, this.info.key, channel));
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #dispatch(message: Message): void {
    for (const listener of this.#listeners) listener(message);
    if (message.channel === 'iopub' || message.channel === 'stdin') return;
    if (message.parent.msg_id !== undefined) this.#waiting.get(message.parent.msg_id)?.resolve(message);
  }
}
