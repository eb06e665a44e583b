import { createHash } from 'node:crypto';
import type { DataFile } from './files/dataFile.js';

/** Hex SHA-256 of anything that JSON can hold. */
export function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const WHOLE = 16 << 20;
const SAMPLES = 32;
const SAMPLE = 64 << 10;

/**
 * Identifies files by their content and names, not by their place: the Hub's hash where it is known; else a SHA-256 of the content up to
 * 16 MB, of the size and 32 samples of 64 kB beyond that (all of a large set would take minutes).
 */
export async function identify(files: readonly DataFile[]): Promise<string> {
  const parts: unknown[] = [];
  for (const file of files) parts.push([file.path, file.size, file.hash ?? (await contentHash(file))]);
  return digest(parts);
}

async function contentHash(file: DataFile): Promise<string> {
  const hash = createHash('sha256');
  if (file.size <= WHOLE) {
    for await (const piece of file.stream()) hash.update(piece);
    return `sha256:${hash.digest('hex')}`; // as the Hub writes it
  }
  for (let i = 0; i < SAMPLES; i++) {
    const start = Math.floor(((file.size - SAMPLE) * i) / (SAMPLES - 1));
    hash.update(await file.read(start, start + SAMPLE));
  }
  return hash.digest('hex');
}
