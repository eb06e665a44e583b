import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { EncodedImages } from '../encodedImages.js';
import { type ImageSource, TO_END } from '../image.js';

/** Gives the encoded bytes of a row's image, in any thread. */
export interface ImageReader {
  /** A view of shared memory, or what was read from a file. Empty where the row has no image. @throws Error saying what cannot be read. */
  bytes(row: number): Uint8Array;
  /** Takes back bytes that nobody looks at any more, to read into again. */
  recycle(bytes: Uint8Array): void;
  /** Closes the files. The reader can be used again. */
  close(): void;
}

export function openImages(source: ImageSource): ImageReader {
  return source.kind === 'memory' ? memoryImages(source) : rangedImages(source);
}

function memoryImages({ segments, rows }: Extract<ImageSource, { kind: 'memory' }>): ImageReader {
  const images = new EncodedImages(segments);
  return {
    bytes: (row) => images.bytes(rows === undefined ? row : (rows[row] ?? -1)),
    recycle: () => {},
    close: () => {},
  };
}

/** Files kept open at a time: an image folder has a file an image, a parquet set a few for all. */
const OPEN_FILES = 16;

/** Buffers kept for reading: large images would otherwise leave hundreds of megabytes to the garbage collector. */
const KEPT_BUFFERS = 2;

/** Reads synchronously: a thread has nothing else to do, and the system reads ahead. */
function rangedImages({ files, file, offset, length }: Extract<ImageSource, { kind: 'ranges' }>): ImageReader {
  const open = new Map<number, number>();
  const free: ArrayBuffer[] = [];
  const descriptorOf = (index: number): number => {
    const known = open.get(index);
    if (known !== undefined) return known;
    if (open.size === OPEN_FILES) {
      const [[oldest, descriptor] = []] = open;
      if (oldest !== undefined && descriptor !== undefined) {
        open.delete(oldest);
        closeSync(descriptor);
      }
    }
    const descriptor = openSync(files[index] ?? '', 'r');
    open.set(index, descriptor);
    return descriptor;
  };
  return {
    bytes(row) {
      const descriptor = descriptorOf(file[row] ?? -1);
      const start = offset[row] ?? 0;
      const wanted = length[row] ?? 0;
      const count = wanted === TO_END ? fstatSync(descriptor).size - start : wanted;
      const buffer = free.pop();
      const enough = buffer !== undefined && buffer.byteLength >= count;
      const bytes = new Uint8Array(enough ? buffer : new ArrayBuffer(Math.ceil(1.25 * count)), 0, count);
      for (let at = 0; at < count; ) {
        const read = readSync(descriptor, bytes, at, count - at, start + at);
        if (read === 0) throw new Error(`the file is shorter than it was: ${at} of ${count} bytes could be read`);
        at += read;
      }
      return bytes;
    },
    recycle({ buffer }) {
      if (free.length < KEPT_BUFFERS && buffer instanceof ArrayBuffer) free.push(buffer);
    },
    close() {
      for (const descriptor of open.values()) closeSync(descriptor);
      open.clear();
    },
  };
}
