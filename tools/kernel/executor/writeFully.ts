import { writeSync } from 'node:fs';

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all bytes before it returns, also where a child process has made the pipe non-blocking. When the reader is slower, the
 * writer waits: a cell cannot fill the memory with output that nobody has taken yet.
 */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') Atomics.wait(pause, 0, 0, 1);
      else if (code === 'EPIPE' || code === 'EBADF')
        return; // nobody reads any more
      else throw error;
    }
  }
}
