import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { assetsDir, messageOf, UserError } from '../utils/index.js';
import { digest } from './identity.js';
import type { ImageSource } from './image.js';

type Ranges = Extract<ImageSource, { kind: 'ranges' }>;

/** Bytes that the cache may hold: ATELIER_CACHE_BYTES, or 100 GB. */
function limit(): number {
  const bytes = Number(process.env.ATELIER_CACHE_BYTES ?? '');
  return Number.isFinite(bytes) && bytes > 0 ? bytes : 100e9;
}

/** Collected before they are written. */
const PIECE = 4 << 20;

/**
 * Encoded images that must be unpacked or computed, one after another in a file under assets/cache/images: made at the first call,
 * found there by later ones and other processes. Old files go where the cache grows too large (least recently used first).
 *
 * @param fingerprint what the images are a function of, with `column`.
 * @param produce adds all `count` images in order.
 */
export async function unpackImages(
  fingerprint: string,
  column: string,
  count: number,
  produce: (add: (image: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<Ranges> {
  const folder = join(assetsDir(), 'cache', 'images');
  const path = join(folder, `${digest(fingerprint, column).slice(0, 40)}.images`);
  if (!existsSync(path)) await write(path, folder, count, produce);
  const now = new Date();
  await utimes(path, now, now).catch(() => {}); // for the removal of what nobody uses
  return read(path, count);
}

/** The images of some rows, read from the cache. */
export async function readCachedImages(source: Ranges, rows: readonly number[]): Promise<Uint8Array[]> {
  const handle = await open(source.files[0] ?? '', 'r');
  try {
    const images: Uint8Array[] = [];
    for (const row of rows) {
      const bytes = new Uint8Array(source.length[row]!);
      await handle.read(bytes, 0, bytes.length, source.offset[row]!);
      images.push(bytes);
    }
    return images;
  } finally {
    await handle.close();
  }
}

/** The images, then their offsets as count + 1 float64: the file is written in one go, and one rename puts all of it in place. */
async function write(
  path: string,
  folder: string,
  count: number,
  produce: (add: (image: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(3).toString('hex')}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      const offsets = new Float64Array(count + 1);
      let row = 0;
      let pending: Uint8Array[] = [];
      let waiting = 0;
      const flush = async () => {
        await handle.writeFile(Buffer.concat(pending));
        pending = [];
        waiting = 0;
      };
      await produce(async (image) => {
        offsets[row + 1] = offsets[row]! + image.length;
        row++;
        pending.push(image);
        waiting += image.length;
        if (waiting >= PIECE) await flush();
      });
      if (row !== count) throw new Error(`${row} of ${count} images`);
      await flush();
      await handle.writeFile(new Uint8Array(offsets.buffer));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await makeRoom(folder, (await stat(temporary)).size);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot unpack images into ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

async function read(path: string, count: number): Promise<Ranges> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const offsets = new Float64Array(count + 1);
    const bytes = new Uint8Array(offsets.buffer);
    const start = size - bytes.length;
    await handle.read(bytes, 0, bytes.length, start);
    if (start < 0 || offsets[count] !== start)
      throw new UserError(`${path} is damaged: remove it, and it is made again.`);
    const length = new Uint32Array(new SharedArrayBuffer(4 * count));
    const offset = new Float64Array(new SharedArrayBuffer(8 * count));
    for (let i = 0; i < count; i++) {
      offset[i] = offsets[i]!;
      length[i] = offsets[i + 1]! - offsets[i]!;
    }
    return { kind: 'ranges', files: [path], file: new Uint32Array(new SharedArrayBuffer(4 * count)), offset, length };
  } finally {
    await handle.close();
  }
}

/** Removes the files that have not been used for longest, until `needed` bytes more stay within the limit. */
async function makeRoom(folder: string, needed: number): Promise<void> {
  const found = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.images')) continue;
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (info) found.push({ path: join(folder, name), size: info.size, used: info.mtimeMs });
  }
  let total = found.reduce((sum, { size }) => sum + size, needed);
  for (const { path, size } of found.sort((a, b) => a.used - b.used)) {
    if (total <= limit()) return;
    await rm(path, { force: true });
    total -= size;
  }
}
