import { randomUUID } from 'node:crypto';
import { isRecord } from 'common/utils';
import { runAs } from './origin.js';
import type { Output } from './output.js';
import type { CommOrder } from './protocol.js';

type Data = Record<string, unknown>;
export type CommMessage = { data: Data; metadata: Data; buffers: Uint8Array[] };
type Handler = (message: CommMessage) => unknown;

/** One line between a cell and a widget in the client. */
export class Comm {
  readonly id: string;
  readonly target: string;
  /** Called with each message of the client. */
  onMessage: Handler | undefined;
  /** Called once when the client closes it. */
  onClose: Handler | undefined;
  readonly #send: (type: string, data: Data, metadata: Data, buffers: Uint8Array[]) => void;

  constructor(
    id: string,
    target: string,
    send: (type: string, data: Data, metadata: Data, buffers: Uint8Array[]) => void,
  ) {
    this.id = id;
    this.target = target;
    this.#send = send;
  }

  send(data: Data, options: { metadata?: Data; buffers?: Uint8Array[] } = {}): void {
    this.#send('comm_msg', data, options.metadata ?? {}, options.buffers ?? []);
  }

  close(data: Data = {}): void {
    this.#send('comm_close', data, {}, []);
  }
}

/**
 * The comms of this notebook, as ipykernel's comm manager: `comms.registerTarget(name, handler)` takes those that a client opens,
 * `comms.open(target, data)` opens one to a client.
 */
export class Comms {
  readonly #output: Output;
  readonly #targets = new Map<string, (comm: Comm, message: CommMessage) => unknown>();
  readonly #open = new Map<string, Comm>();

  constructor(output: Output) {
    this.#output = output;
  }

  registerTarget(name: string, handler: (comm: Comm, message: CommMessage) => unknown): void {
    this.#targets.set(name, handler);
  }

  unregisterTarget(name: string): void {
    this.#targets.delete(name);
  }

  open(target: string, data: Data = {}, options: { metadata?: Data; buffers?: Uint8Array[]; id?: string } = {}): Comm {
    const comm = this.#create(options.id ?? randomUUID(), target);
    this.#output.publish(
      'comm_open',
      { comm_id: comm.id, target_name: target, data },
      options.metadata,
      options.buffers ?? [],
    );
    return comm;
  }

  /** Hands a message of a client to its handler; a target that nobody registered is closed again. */
  async handle({ type, origin, content, metadata, buffers }: CommOrder): Promise<void> {
    const id = typeof content.comm_id === 'string' ? content.comm_id : '';
    const message = { data: isRecord(content.data) ? content.data : {}, metadata, buffers };
    await runAs(origin, async () => {
      if (type === 'comm_open') {
        const target = typeof content.target_name === 'string' ? content.target_name : '';
        const handler = this.#targets.get(target);
        if (!handler) {
          process.stderr.write(`No such comm target registered: ${target}\n`);
          this.#output.publish('comm_close', { comm_id: id, data: {} });
          return;
        }
        await handler(this.#create(id, target), message);
        return;
      }
      const comm = this.#open.get(id);
      if (type === 'comm_msg') await comm?.onMessage?.(message);
      else {
        this.#forget(id);
        await comm?.onClose?.(message);
      }
    });
  }

  #create(id: string, target: string): Comm {
    const comm = new Comm(id, target, (type, data, metadata, buffers) => {
      this.#output.publish(type, { comm_id: id, data }, metadata, buffers);
      if (type === 'comm_close') this.#forget(id);
    });
    this.#open.set(id, comm);
    this.#output.send({ kind: 'commOpened', id, target });
    return comm;
  }

  #forget(id: string): void {
    if (this.#open.delete(id)) this.#output.send({ kind: 'commClosed', id });
  }
}
