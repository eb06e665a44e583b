import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { assetsDir, messageOf, UserError } from '../../utils/index.js';
import { digest, identify } from '../identity.js';
import { type DataFile, localFile, memoryFile } from './dataFile.js';

/** Unpacked files up to this size are kept in memory. */
const IN_MEMORY = 64 << 20;

/** A `.gz` file's content as a file: in memory where it is small, else unpacked once into assets/cache. Others are given back as they are. */
export async function unpacked(file: DataFile): Promise<DataFile> {
  if (!file.path.endsWith('.gz')) return file;
  const { name } = file;
  const path = file.path.slice(0, -3);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of gunzip(file)) {
    pieces.push(piece);
    size += piece.length;
    if (size > IN_MEMORY) return { ...(await unpackedOnDisk(file)), name, path };
  }
  return memoryFile(Buffer.concat(pieces), name, path);
}

/** The content of a `.gz` file in pieces. @throws UserError where it is cut or corrupt. */
export async function* gunzip(file: DataFile): AsyncGenerator<Uint8Array> {
  const source = Readable.from(file.stream());
  const unzip = createGunzip();
  source.on('error', (error) => unzip.destroy(error));
  try {
    for await (const piece of source.pipe(unzip)) yield piece;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file.name}: the gzip file is cut or corrupt: ${messageOf(error)}.`, { cause: error });
  } finally {
    source.destroy();
    unzip.destroy();
  }
}

async function unpackedOnDisk(file: DataFile): Promise<DataFile> {
  const folder = join(assetsDir(), 'cache', 'unpacked');
  const target = join(folder, digest(await identify([file])).slice(0, 40));
  if (!existsSync(target)) {
    await mkdir(folder, { recursive: true });
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      await pipeline(gunzip(file), createWriteStream(temporary, { flush: true }));
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
  return localFile(target, file.path, (await stat(target)).size);
}
