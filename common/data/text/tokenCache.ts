import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetsDir, writeFileAtomic } from '../../utils/index.js';
import { TokenTable } from './tokenTable.js';

/** Changes when the file's form does: old files are then made again. */
const FORM = 'atelier-tokens-1';
const HEADER = 64;

/**
 * A table's file: 32 bytes of SHA-256 over what follows it, the form's name, the number of texts, then offsets (float64) and tokens
 * (int32), little-endian as every machine that Node supports.
 */
function encode(table: TokenTable): Uint8Array {
  const { offsets, tokens } = table;
  const bytes = new Uint8Array(HEADER + offsets.byteLength + tokens.byteLength);
  bytes.set(new TextEncoder().encode(FORM), 32);
  new DataView(bytes.buffer).setFloat64(56, offsets.length, true);
  bytes.set(new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength), HEADER);
  bytes.set(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength), HEADER + offsets.byteLength);
  bytes.set(createHash('sha256').update(bytes.subarray(32)).digest());
  return bytes;
}

function decode(bytes: Uint8Array): TokenTable | undefined {
  if (bytes.length < HEADER) return undefined;
  const hash = createHash('sha256').update(bytes.subarray(32)).digest();
  if (!hash.equals(bytes.subarray(0, 32))) return undefined;
  if (new TextDecoder().decode(bytes.subarray(32, 32 + FORM.length)) !== FORM) return undefined;
  const count = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(56, true);
  const body = new Uint8Array(bytes.subarray(HEADER)).buffer;
  return new TokenTable(new Int32Array(body, 8 * count), new Float64Array(body, 0, count));
}

/** Where the table of this key is kept: assets/cache/tokens. */
export function tokenCachePath(key: string): string {
  return join(assetsDir(), 'cache', 'tokens', `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.bin`);
}

/** The table from its file, or made and written. A file that is cut or changed is made again. */
export async function cachedTable(path: string, make: () => Promise<TokenTable>): Promise<TokenTable> {
  const bytes = await readFile(path).catch(() => undefined);
  const known = bytes && decode(bytes);
  if (known !== undefined) return known;
  const table = await make();
  await writeFileAtomic(path, encode(table));
  return table;
}
