import { currentOrigin } from './origin.js';
import { descriptors, type FromExecutor, frame, markEnd, markPrefix } from './protocol.js';
import { writeFully } from './writeFully.js';

/**
 * Everything that leaves the executor. Text goes through descriptors 1 and 2 and the rest through a third pipe; wherever the lane or
 * the cell that it belongs to changes, a mark is written into all three, so that the front can put them into one order again.
 */
export class Output {
  readonly #prefix: string;
  #epoch = 0;
  /** Undefined behind a mark: there nothing has been written yet. */
  #lane: 'stdout' | 'stderr' | undefined;
  #origin = -1;

  /** `secret` tells the marks from text of cells. */
  constructor(secret: string) {
    this.#prefix = markPrefix(secret);
  }

  /** From here on what native code and child processes write belongs to `origin`. */
  begin(origin: number): void {
    this.#mark(origin);
  }

  text(lane: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const origin = currentOrigin();
    if (origin !== this.#origin || (this.#lane !== undefined && this.#lane !== lane)) this.#mark(origin);
    this.#lane = lane;
    writeFully(lane === 'stdout' ? 1 : 2, bytes);
  }

  /** A message stands between two marks: before and behind it native code may write text of which nothing is known here. */
  send(message: FromExecutor, origin = currentOrigin()): void {
    this.#mark(origin);
    writeFully(descriptors.messages, frame(message));
    this.#mark(origin);
  }

  /** A message of iopub. What JSON cannot say (functions, undefined) is left out, as everywhere in JSON. */
  publish(type: string, content: unknown, metadata: unknown = {}, buffers: Uint8Array[] = []): void {
    const json = JSON.stringify(content ?? {}, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
    this.send({ kind: 'publish', type, content: json, metadata: JSON.stringify(metadata ?? {}), buffers });
  }

  #mark(origin: number): void {
    this.#lane = undefined;
    this.#origin = origin;
    this.#epoch++;
    const mark = Buffer.from(`${this.#prefix}${this.#epoch}${markEnd}`);
    writeFully(1, mark);
    writeFully(2, mark);
    writeFully(descriptors.messages, frame({ kind: 'mark', epoch: this.#epoch, origin }));
  }
}
