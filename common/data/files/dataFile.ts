import { open } from 'node:fs/promises';
import { shortPath } from '../../utils/index.js';

/** A file of a data set, on disk or on the Hub: read in ranges or as a stream. */
export interface DataFile {
  /** What messages call it: a path as a person would write it, or `owner/name: path`. */
  readonly name: string;
  /** The path inside the data set, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its place on disk; undefined for a file on the Hub. */
  readonly local: string | undefined;
  /** What identifies the content where that is known without reading it (the Hub's hash). */
  readonly hash: string | undefined;
  /** The bytes from start to end − 1, in a buffer of their own. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** All bytes from `start` on, in pieces of any size. */
  stream(start?: number): AsyncIterable<Uint8Array>;
}

const PIECE = 1 << 20;

/** A file on disk. */
export function localFile(local: string, path: string, size: number, hash?: string): DataFile {
  return {
    name: shortPath(local),
    path,
    size,
    local,
    hash,
    async read(start, end) {
      checkRange(start, end, size);
      const bytes = new Uint8Array(end - start);
      const handle = await open(local, 'r');
      try {
        let at = 0;
        while (at < bytes.length) {
          const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
          if (bytesRead === 0) throw new Error(`${start + at} of ${size} bytes could be read`);
          at += bytesRead;
        }
      } finally {
        await handle.close();
      }
      return bytes;
    },
    async *stream(start = 0) {
      const handle = await open(local, 'r');
      try {
        for (let at = start; at < size; ) {
          const bytes = Buffer.allocUnsafe(Math.min(PIECE, size - at));
          const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
          if (bytesRead === 0) throw new Error(`${at} of ${size} bytes could be read`);
          at += bytesRead;
          yield bytes.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },
  };
}

/** A "file" that is in memory: an unpacked archive. `name` and `path` are those of the file it came from. */
export function memoryFile(bytes: Uint8Array, name: string, path: string): DataFile {
  return {
    name,
    path,
    size: bytes.length,
    local: undefined,
    hash: undefined,
    async read(start, end) {
      checkRange(start, end, bytes.length);
      return bytes.slice(start, end);
    },
    async *stream(start = 0) {
      for (let at = start; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
    },
  };
}

function checkRange(start: number, end: number, size: number): void {
  if (!(start >= 0 && end >= start && end <= size)) throw new Error(`bytes ${start} to ${end} of ${size}`);
}
