import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ZSTDDecoder } from 'zstddec';

/** What the codecs can make of a byte at most (Zstandard's runs are the most): a header that claims more is corrupt, and is not believed. */
const LARGEST_RATIO = 40_000;

let zstd: ZSTDDecoder | undefined;

/**
 * Loads what the codec needs, before the first `decompress`. Zstandard is the C library as WebAssembly: hyparquet-compressors brings fzstd,
 * which never returns from some damaged frames.
 */
export async function prepareCodec(codec: CompressionCodec): Promise<void> {
  if (codec !== 'ZSTD' || zstd !== undefined) return;
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  zstd = decoder;
}

/** The `size` bytes that `bytes` was compressed from. */
export function decompress(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (!(size >= 0 && size <= (bytes.length + 64) * LARGEST_RATIO && size < 2 ** 31))
    throw new Error(`a page of ${bytes.length} bytes that claims to unpack to ${size}`);
  const out = unpack(bytes, size, codec);
  if (out.length !== size) throw new Error(`a page unpacks to ${out.length} bytes instead of ${size}`);
  return out;
}

function unpack(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (size === 0) return new Uint8Array();
  // Node's own are native; with a limit, so that a damaged page does not fill the memory.
  if (codec === 'GZIP') return gunzipSync(bytes, { maxOutputLength: size });
  if (codec === 'BROTLI') return brotliDecompressSync(bytes, { maxOutputLength: size });
  if (codec === 'ZSTD') {
    if (zstd === undefined) throw new Error('prepareCodec comes first');
    return zstd.decode(bytes, size);
  }
  const library = compressors[codec];
  if (library === undefined) throw new Error(`the compression ${codec} is not supported`);
  return library(bytes, size);
}
