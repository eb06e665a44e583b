import { createHash } from 'node:crypto';
import type { Pixels } from '../pixels.js';

/** SHA-256 of bytes, as text. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/**
 * SHA-256 of a picture, however it is encoded: of its size and its pixels. An alpha channel that is opaque everywhere, and colour
 * channels that are equal everywhere, do not count: a grey picture saved as RGB is the same picture.
 */
export function hashPixels(image: Pixels): string {
  const { data, height, width, channels } = simplest(image);
  return createHash('sha256').update(`${width} ${height} ${channels} `).update(data).digest('base64url');
}

function simplest({ data, height, width, channels }: Pixels): Pixels {
  const colour = channels < 3 ? 1 : 3;
  const opaque = channels === colour || every(data, channels, (i) => data[i + channels - 1] === 255);
  const grey = colour === 1 || every(data, channels, (i) => data[i] === data[i + 1] && data[i] === data[i + 2]);
  const kept = [0, ...(grey ? [] : [1, 2]), ...(opaque ? [] : [channels - 1])];
  if (kept.length === channels) return { data, height, width, channels };
  const simple = new Uint8Array(height * width * kept.length);
  for (let i = 0, to = 0; i < data.length; i += channels) for (const c of kept) simple[to++] = data[i + c]!;
  return { data: simple, height, width, channels: kept.length };
}

function every(data: Uint8Array, step: number, holds: (at: number) => boolean): boolean {
  for (let i = 0; i < data.length; i += step) if (!holds(i)) return false;
  return true;
}
