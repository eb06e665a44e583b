import { StringDecoder } from 'node:string_decoder';
import { FrameReader, type FromExecutor, markEnd, markPrefix } from '../executor/protocol.js';

export type TextLane = 'stdout' | 'stderr';
type Piece = { text: string } | { message: FromExecutor } | { epoch: number };
type Lane = { name: TextLane | 'messages'; pieces: Piece[]; hasEnded: boolean };

/** After so many ms without one of its marks a lane is left behind: a cell may have closed its descriptor. */
const PATIENCE = 500;

/**
 * Puts what comes from the executor on three pipes into the order in which it was written. The executor writes a mark into all three
 * wherever it changes the pipe; nothing behind a mark is let through until every pipe has come to it.
 */
export class MergedOutput {
  readonly #lanes: Record<TextLane | 'messages', Lane> = {
    stdout: { name: 'stdout', pieces: [], hasEnded: false },
    stderr: { name: 'stderr', pieces: [], hasEnded: false },
    messages: { name: 'messages', pieces: [], hasEnded: false },
  };
  readonly #readers: Record<TextLane, MarkReader>;
  readonly #frames = new FrameReader<FromExecutor>();
  readonly #onText: (lane: TextLane, text: string, origin: number) => void;
  readonly #onMessage: (message: FromExecutor, origin: number) => void;
  #origins = new Map<number, number>();
  #origin = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    secret: string,
    onText: (lane: TextLane, text: string, origin: number) => void,
    onMessage: (message: FromExecutor, origin: number) => void,
  ) {
    this.#readers = { stdout: new MarkReader(secret), stderr: new MarkReader(secret) };
    this.#onText = onText;
    this.#onMessage = onMessage;
  }

  text(name: TextLane, chunk: Buffer): void {
    this.#lanes[name].pieces.push(...this.#readers[name].push(chunk));
    this.#drain();
  }

  messages(chunk: Buffer): void {
    for (const message of this.#frames.push(chunk)) {
      if (message.kind === 'mark') this.#origins.set(message.epoch, message.origin);
      this.#lanes.messages.pieces.push(message.kind === 'mark' ? { epoch: message.epoch } : { message });
    }
    this.#drain();
  }

  end(name: TextLane | 'messages'): void {
    this.#lanes[name].hasEnded = true;
    this.#drain();
  }

  /** Lets everything through that has come, whether its marks have come or not. */
  endAll(): void {
    for (const lane of Object.values(this.#lanes)) lane.hasEnded = true;
    this.#drain();
  }

  #drain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lanes = Object.values(this.#lanes);
    for (;;) {
      for (const lane of lanes) this.#release(lane);
      const next = lanes.flatMap(({ pieces: [head] }) => (head && 'epoch' in head ? [head.epoch] : []));
      const areAllAtMark = lanes.every((lane) => lane.pieces.length > 0 || lane.hasEnded);
      if (next.length === 0) return;
      if (!areAllAtMark) {
        this.#timer = setTimeout(() => this.#advance(Math.min(...next), lanes), PATIENCE);
        return;
      }
      this.#enter(Math.min(...next), lanes);
    }
  }

  #advance(epoch: number, lanes: readonly Lane[]): void {
    this.#enter(epoch, lanes);
    this.#drain();
  }

  #enter(epoch: number, lanes: readonly Lane[]): void {
    this.#origin = this.#origins.get(epoch) ?? this.#origin;
    this.#origins.delete(epoch);
    for (const { pieces } of lanes) {
      const head = pieces[0];
      if (head && 'epoch' in head && head.epoch <= epoch) pieces.shift();
    }
  }

  /** What stands in front of the lane's next mark belongs to the present epoch. */
  #release({ name, pieces }: Lane): void {
    const end = pieces.findIndex((piece) => 'epoch' in piece);
    for (const piece of pieces.splice(0, end < 0 ? pieces.length : end)) {
      if ('text' in piece && name !== 'messages') this.#onText(name, piece.text, this.#origin);
      else if ('message' in piece) this.#onMessage(piece.message, this.#origin);
    }
  }
}

/** Finds the marks in a stream of text, also where one is cut by the end of a chunk. */
class MarkReader {
  readonly #prefix: Buffer;
  readonly #end = Buffer.from(markEnd);
  readonly #decoder = new StringDecoder('utf8');
  #rest: Buffer = Buffer.alloc(0);

  constructor(secret: string) {
    this.#prefix = Buffer.from(markPrefix(secret));
  }

  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const start = bytes.indexOf(this.#prefix);
      if (start < 0) break;
      this.#addText(pieces, bytes.subarray(0, start));
      const end = bytes.indexOf(this.#end, start + this.#prefix.length);
      if (end < 0) {
        this.#rest = bytes.subarray(start);
        return pieces;
      }
      pieces.push({ epoch: Number(bytes.toString('latin1', start + this.#prefix.length, end)) });
      bytes = bytes.subarray(end + this.#end.length);
    }
    const kept = this.#startOfMark(bytes);
    this.#addText(pieces, bytes.subarray(0, bytes.length - kept));
    this.#rest = Buffer.from(bytes.subarray(bytes.length - kept));
    return pieces;
  }

  /** So many bytes at the end may be the start of a mark. */
  #startOfMark(bytes: Buffer): number {
    const from = Math.max(0, bytes.length - this.#prefix.length + 1);
    for (let at = bytes.indexOf(0x1b, from); at >= 0; at = bytes.indexOf(0x1b, at + 1)) {
      const tail = bytes.subarray(at);
      if (this.#prefix.subarray(0, tail.length).equals(tail)) return tail.length;
    }
    return 0;
  }

  #addText(pieces: Piece[], bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    if (text !== '') pieces.push({ text });
  }
}
