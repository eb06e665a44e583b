import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What a file's content must hash to: its SHA-256 (large files), or git's blob id, SHA-1 of `blob <size>\0<content>` (small ones). */
export type ContentHash = `sha256:${string}` | `git:${string}`;

export type Hasher = { update(bytes: Uint8Array): void; digest(): ContentHash };

/** A hasher of the kind that `like` has, for a file of `size` bytes. */
export function hasherLike(like: ContentHash, size: number): Hasher {
  const isGit = like.startsWith('git:');
  const hash = createHash(isGit ? 'sha1' : 'sha256');
  if (isGit) hash.update(`blob ${size}\0`);
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => (isGit ? `git:${hash.digest('hex')}` : `sha256:${hash.digest('hex')}`),
  };
}

/** Feeds the first `bytes` bytes of a file to the hasher, in pieces. */
export async function hashFileInto(hasher: Hasher, path: string, bytes: number, signal?: AbortSignal): Promise<void> {
  if (bytes === 0) return;
  for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20, signal }))
    hasher.update(chunk);
}

/** True where the file's content is what `expected` says. */
export async function fileHasHash(
  path: string,
  size: number,
  expected: ContentHash,
  signal?: AbortSignal,
): Promise<boolean> {
  const hasher = hasherLike(expected, size);
  await hashFileInto(hasher, path, size, signal);
  return hasher.digest() === expected;
}
