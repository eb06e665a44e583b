import { crc32, inflateSync } from 'node:zlib';
import type { Pixels } from '../pixels.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const TRNS = 0x74524e53;
/** Samples a pixel by PNG's colour type; palettes (3) are left to libvips. */
const CHANNELS: Record<number, number | undefined> = { 0: 1, 2: 3, 4: 2, 6: 4 };
const LARGEST_SIDE = 512;

/**
 * Decodes the PNG files that small data sets consist of: 8 bits a channel, no palette, not interlaced, sides up to 512 pixels.
 * Anything else, and anything that is not in order (signature, checksum, length), gives undefined: libvips then decides and explains.
 *
 * Why not libvips at once: a pipeline costs it 0.2 to 0.4 ms whatever the size, ten times what a 28×28 image needs here.
 * Source: PNG specification (W3C, third edition), 5 "Datastream structure" and 9 "Filtering".
 */
export function decodePng(bytes: Uint8Array): Pixels | undefined {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let header: { height: number; width: number; channels: number } | undefined;
  let ended = false;
  for (let at = 8; !ended; ) {
    if (at + 12 > bytes.length) return undefined;
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) return undefined;
    if (type === IHDR) header = readHeader(view, at + 8, length);
    else if (type === IDAT) parts.push(bytes.subarray(at + 8, end));
    else if (type === TRNS) return undefined;
    else ended = type === IEND;
    if (header === undefined) return undefined;
    at = end + 4;
  }
  if (header === undefined || parts.length === 0) return undefined;
  const expected = header.height * (1 + header.width * header.channels);
  try {
    const raw = inflateSync(parts.length === 1 ? parts[0]! : Buffer.concat(parts), { maxOutputLength: expected });
    return raw.length === expected ? { ...header, data: unfilter(raw, header) } : undefined;
  } catch {
    return undefined;
  }
}

function readHeader(view: DataView, at: number, length: number) {
  if (length !== 13) return undefined;
  const width = view.getUint32(at);
  const height = view.getUint32(at + 4);
  const channels = CHANNELS[view.getUint8(at + 9)];
  const plain = view.getUint8(at + 8) === 8 && view.getUint8(at + 12) === 0;
  if (!plain || channels === undefined || width === 0 || height === 0) return undefined;
  return width > LARGEST_SIDE || height > LARGEST_SIDE ? undefined : { height, width, channels };
}

/** Undoes the filter of each row (9.2): none, sub, up, average, Paeth. */
function unfilter(raw: Uint8Array, { height, width, channels }: { height: number; width: number; channels: number }) {
  const stride = width * channels;
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    if (filter > 4) throw new Error(`filter ${filter}`);
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? out[to + i - channels]! : 0;
      const up = y > 0 ? out[to + i - stride]! : 0;
      let predicted = 0;
      if (filter === 1) predicted = left;
      else if (filter === 2) predicted = up;
      else if (filter === 3) predicted = (left + up) >> 1;
      else if (filter === 4) predicted = paeth(left, up, y > 0 && i >= channels ? out[to + i - stride - channels]! : 0);
      out[to + i] = raw[from + i]! + predicted;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
