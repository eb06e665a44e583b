// A file that only grows, record by record, and never holds up the one who writes: records are gathered in memory and written by one
// call every second (a copy into the system's page cache), at each checkpoint, and when the process ends in whatever way but SIGKILL.
import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../utils/index.js';
import { writeErrorReason } from '../writeError.js';

const open = new Set<RecordFile>();
const flushAll = () => {
  for (const file of open) file.flush();
};

export interface RecordFileOptions {
  /** Milliseconds between two writes. Default 1000. */
  every?: number;
  /** Bytes that are kept for a disk that has no room just now; what comes beyond them is lost. Default 8 MiB. */
  keep?: number;
}

/** Appends records to a file. Nothing here throws: what could not be written is tried again, and told by `lost` in the end. */
export class RecordFile {
  readonly path: string;
  readonly #every: number;
  readonly #keep: number;
  #pending: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes that the file holds; undefined before the first write. */
  #size: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #written = 0;
  #dropped = 0;
  #failure: string | undefined;

  constructor(path: string, { every = 1000, keep = 8 * 2 ** 20 }: RecordFileOptions = {}) {
    this.path = path;
    this.#every = every;
    this.#keep = keep;
    if (open.size === 0) process.on('exit', flushAll);
    open.add(this);
  }

  append(record: Uint8Array): void {
    if (this.#bytes + record.length > this.#keep && this.#bytes > 0) this.flush();
    if (this.#bytes + record.length > this.#keep && this.#failure !== undefined) {
      this.#dropped++;
      return;
    }
    this.#pending.push(record);
    this.#bytes += record.length;
    this.#timer ??= setTimeout(() => this.flush(), this.#every).unref();
  }

  /** Writes what is buffered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const all = Buffer.concat(this.#pending);
    let done = 0;
    let file: number | undefined;
    try {
      file = this.#open();
      while (done < all.length) done += writeSync(file, all, done);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = reasonOf(error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
    this.#size = done === 0 ? this.#size : (this.#size ?? 0) + done;
    this.#forget(done);
  }

  /** What is still not written is given up. */
  close(): void {
    if (!open.delete(this)) return;
    this.flush();
    this.#dropped += this.#pending.length;
    if (open.size === 0) process.off('exit', flushAll);
  }

  /** How many records were lost and why, after `close`. */
  get lost(): string | undefined {
    if (this.#dropped === 0) return undefined;
    return `${this.#dropped} of ${this.#dropped + this.#written} records are missing in ${this.path}: ${this.#failure ?? 'the disk was full for a while'}`;
  }

  /** By its name each time: a file whose folder was removed takes what is written to its handle without a word. */
  #open(): number {
    const { O_WRONLY, O_APPEND, O_CREAT } = constants;
    if (this.#size === undefined) {
      mkdirSync(dirname(this.path), { recursive: true });
      const file = openSync(this.path, O_WRONLY | O_APPEND | O_CREAT, 0o666);
      this.#size = fstatSync(file).size;
      return file;
    }
    const file = openSync(this.path, O_WRONLY | O_APPEND);
    if (fstatSync(file).size === this.#size) return file;
    closeSync(file);
    throw new Error('something else changed it while it was written');
  }

  /** Takes `done` bytes off the front; of a record that was written in part the rest stays first. */
  #forget(done: number): void {
    this.#bytes -= done;
    let left = done;
    let records = 0;
    for (const record of this.#pending) {
      if (record.length > left) break;
      left -= record.length;
      records++;
    }
    this.#written += records;
    this.#pending.splice(0, records);
    if (left > 0 && this.#pending[0] !== undefined) this.#pending[0] = this.#pending[0].subarray(left);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return 'it or its folder was removed during the run';
  return writeErrorReason(error) ?? messageOf(error);
}
