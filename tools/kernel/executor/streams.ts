import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Output } from './output.js';

/** `process.stdout` and `process.stderr` of cells: a write has left the process when it returns, so nothing is lost when the cell ends it. */
class CellStream extends Writable {
  readonly fd: number;
  readonly #output: Output;
  readonly #name: 'stdout' | 'stderr';

  constructor(name: 'stdout' | 'stderr', output: Output) {
    super({ decodeStrings: true });
    this.fd = name === 'stdout' ? 1 : 2;
    this.#name = name;
    this.#output = output;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#output.text(this.#name, chunk);
    done();
  }

  /** As of Node's own streams: the process's streams outlive whoever was piped into them. */
  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    done(null);
  }
}

/** Puts the streams and a console that writes to them in place. Node's own console would also keep every value for the inspector. */
export function installStreams(output: Output): void {
  const stdout = new CellStream('stdout', output);
  const stderr = new CellStream('stderr', output);
  for (const [name, value] of Object.entries({ stdout, stderr }))
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => value });
  globalThis.console = Object.assign(Object.create(console), new Console({ stdout, stderr, colorMode: false }));
}
