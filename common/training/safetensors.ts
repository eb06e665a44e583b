// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes header length (little endian), a JSON header,
// then the tensors' bytes without holes. Python's `safetensors` reads what is written here and the reverse.
import { readFile } from 'node:fs/promises';
import type { StateDict } from '../nn/index.js';
import { isRecord, messageOf, UserError, writeFileAtomic } from '../utils/index.js';

/** A tensor as files may hold it: what a state dict has, and more. */
export interface FileTensor {
  dtype: 'float64' | 'float32' | 'int64' | 'int32' | 'uint8' | 'bool';
  shape: number[];
  data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface Safetensors {
  tensors: Map<string, FileTensor>;
  /** The header's `__metadata__`: text by text key. */
  metadata: Record<string, string>;
}

interface Format {
  bytes: number;
  read(buffer: ArrayBuffer, shape: number[]): FileTensor;
}

/** dtype names of the file that can be read. Half floats become float32. */
const formats: Record<string, Format> = {
  F64: { bytes: 8, read: (b, shape) => ({ dtype: 'float64', shape, data: new Float64Array(b) }) },
  F32: { bytes: 4, read: (b, shape) => ({ dtype: 'float32', shape, data: new Float32Array(b) }) },
  F16: {
    bytes: 2,
    read: (b, shape) => ({ dtype: 'float32', shape, data: Float32Array.from(new Uint16Array(b), fromHalf) }),
  },
  BF16: { bytes: 2, read: (b, shape) => ({ dtype: 'float32', shape, data: fromBfloat(new Uint16Array(b)) }) },
  I64: { bytes: 8, read: (b, shape) => ({ dtype: 'int64', shape, data: new BigInt64Array(b) }) },
  I32: { bytes: 4, read: (b, shape) => ({ dtype: 'int32', shape, data: new Int32Array(b) }) },
  U8: { bytes: 1, read: (b, shape) => ({ dtype: 'uint8', shape, data: new Uint8Array(b) }) },
  BOOL: { bytes: 1, read: (b, shape) => ({ dtype: 'bool', shape, data: new Uint8Array(b) }) },
};

const written: Record<FileTensor['dtype'], string> = {
  float64: 'F64',
  float32: 'F32',
  int64: 'I64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

/** The file's parts in order, header first. Wide types come first, so that every tensor is aligned; equal input gives equal bytes. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: Record<string, string> = {},
): Uint8Array[] {
  const entries = [...tensors].map(([name, tensor]) => {
    const format = written[tensor.dtype];
    const elements = tensor.shape.reduce((a, b) => a * b, 1);
    if (elements !== tensor.data.length)
      throw new Error(`${name}: shape [${tensor.shape}] needs ${elements} elements, got ${tensor.data.length}`);
    const { buffer, byteOffset, byteLength } = tensor.data;
    return { name, format, shape: tensor.shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
  });
  const width = (format: string) => formats[format]?.bytes ?? 1;
  entries.sort((a, b) => width(b.format) - width(a.format) || (a.name < b.name ? -1 : 1));
  let offset = 0;
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  for (const { name, format, shape, bytes } of entries) {
    const data_offsets = [offset, offset + bytes.length];
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: format, shape, data_offsets })}`);
    offset += bytes.length;
  }
  const json = Buffer.from(`{${fields.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return [header, ...entries.map((entry) => entry.bytes)];
}

/** Writes tensors (torch's names and layouts) to a safetensors file, atomically. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

/** Reads a safetensors file. A missing, truncated or damaged file is a UserError which names it and what is wrong. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
  }
  return decodeSafetensors(bytes, path);
}

/** Parses a safetensors file's bytes; `where` names the file in messages. The tensors are copies. */
export function decodeSafetensors(bytes: Uint8Array, where = 'safetensors data'): Safetensors {
  const { header, data } = splitHeader(bytes, where);
  const metadata: Record<string, string> = {};
  const spans: { name: string; format: Format; shape: number[]; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) throw damaged(where, `the header's entry "${name}" is not an object`);
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) metadata[key] = String(value);
      continue;
    }
    const { dtype, shape, data_offsets } = entry;
    const format = formats[String(dtype)];
    if (format === undefined)
      throw new UserError(`${where}: "${name}" has dtype ${dtype}; readable are ${Object.keys(formats).join(', ')}.`);
    if (!isSizes(shape)) throw damaged(where, `"${name}" has no proper shape`);
    if (!isSizes(data_offsets) || data_offsets.length !== 2)
      throw damaged(where, `"${name}" has no proper data_offsets`);
    const [from = 0, to = 0] = data_offsets;
    const expected = shape.reduce((a, b) => a * b, 1) * format.bytes;
    if (to - from !== expected)
      throw damaged(
        where,
        `"${name}" (${dtype} [${shape}]) needs ${expected} bytes, its offsets [${from}, ${to}] hold ${to - from}`,
      );
    if (to > data.length)
      throw damaged(where, `"${name}" ends at byte ${to} of the data, the file holds ${data.length}: it is truncated`);
    spans.push({ name, format, shape, from, to });
  }
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of spans) {
    if (from !== end)
      throw damaged(
        where,
        `"${name}" starts at byte ${from} of the data, the tensor before it ends at ${end} (${from < end ? 'they overlap' : 'a hole'})`,
      );
    end = to;
  }
  if (end !== data.length) throw damaged(where, `${data.length - end} bytes after the last tensor belong to none`);
  const tensors = new Map<string, FileTensor>();
  for (const { name, format, shape, from, to } of spans) {
    const copy = new Uint8Array(to - from);
    copy.set(data.subarray(from, to));
    tensors.set(name, format.read(copy.buffer, shape));
  }
  return { tensors, metadata };
}

/** The tensors as a state dict: doubles as float32, bytes and booleans as int32. */
export function toStateDict(tensors: ReadonlyMap<string, FileTensor>): StateDict {
  const dict: StateDict = new Map();
  for (const [name, { shape, data }] of tensors) {
    if (data instanceof BigInt64Array) dict.set(name, { dtype: 'int64', shape, data });
    else if (data instanceof Int32Array || data instanceof Uint8Array)
      dict.set(name, { dtype: 'int32', shape, data: Int32Array.from(data) });
    else
      dict.set(name, { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
  }
  return dict;
}

function splitHeader(bytes: Uint8Array, where: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8) throw damaged(where, `it has ${bytes.length} bytes, the header's length alone needs 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > 100_000_000n) throw damaged(where, `its header claims ${length} bytes: not a safetensors file`);
  const end = 8 + Number(length);
  if (end > bytes.length)
    throw damaged(where, `its header needs ${end} bytes, the file has ${bytes.length}: it is truncated`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end)));
  } catch {
    throw damaged(where, 'its header is not JSON');
  }
  if (!isRecord(header)) throw damaged(where, 'its header is not a JSON object');
  return { header, data: bytes.subarray(end) };
}

function damaged(where: string, what: string): UserError {
  return new UserError(
    `${where} is damaged or not a safetensors file: ${what}. Restore it from a copy, or use another checkpoint.`,
  );
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** IEEE 754 binary16 to number. */
function fromHalf(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 0x1f;
  const fraction = h & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (h) => h << 16).buffer);
}
