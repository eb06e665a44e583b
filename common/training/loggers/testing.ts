// An event file read by hand, for tests: nothing here is shared with what writes it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A protobuf message without its schema: field number → what was there, in order. */
export type Fields = Map<number, (bigint | Buffer)[]>;

/** The records of a TFRecord file; throws where a length or a checksum is wrong. `torn`: the last one may be cut off, as a kill leaves it. */
export function readRecords(path: string, torn = false): Buffer[] {
  const file = readFileSync(path);
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    if (torn && (at + 12 > file.length || at + 16 + Number(file.readBigUInt64LE(at)) > file.length)) break;
    const length = Number(file.readBigUInt64LE(at));
    if (file.readUInt32LE(at + 8) !== mask(bitwiseCrc(file.subarray(at, at + 8)))) throw new Error(`length at ${at}`);
    const data = file.subarray(at + 12, at + 12 + length);
    if (file.readUInt32LE(at + 12 + length) !== mask(bitwiseCrc(data))) throw new Error(`data at ${at}`);
    records.push(data);
    at += length + 16;
  }
  return records;
}

/** CRC-32C, one bit after the other (RFC 3720, appendix B.4). */
export function bitwiseCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const mask = (crc: number): number =>
  Number((((BigInt(crc) >> 15n) | (BigInt(crc) << 17n)) + 0xa282ead8n) & 0xffffffffn);

export function fieldsOf(message: Buffer | bigint | undefined): Fields {
  const fields: Fields = new Map();
  if (!Buffer.isBuffer(message)) return fields;
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = Number(varint());
    const wire = key & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

/** The message, text or packed numbers at a path of field numbers. */
export const at = (message: Buffer | bigint | undefined, ...path: number[]): Buffer | bigint | undefined =>
  path.reduce<Buffer | bigint | undefined>((inner, field) => fieldsOf(inner).get(field)?.[0], message);
export const text = (value: Buffer | bigint | undefined): string => (Buffer.isBuffer(value) ? value.toString() : '');
export const float = (value: Buffer | bigint | undefined): number =>
  Buffer.isBuffer(value) ? value.readFloatLE() : Number.NaN;
export const doubles = (value: Buffer | bigint | undefined): number[] =>
  Buffer.isBuffer(value) ? Array.from({ length: value.length / 8 }, (_, i) => value.readDoubleLE(i * 8)) : [];
export const floats = (value: Buffer | bigint | undefined): number[] =>
  Buffer.isBuffer(value) ? Array.from({ length: value.length / 4 }, (_, i) => value.readFloatLE(i * 4)) : [];

/** Every value of a file's summaries: step, tag and the value's message (Event.summary is field 5, Summary.value 1, its tag 1). */
export function readValues(path: string, torn = false): { step: number; tag: string; value: Buffer }[] {
  return readRecords(path, torn).flatMap((event) => {
    const fields = fieldsOf(event);
    const values = fieldsOf(fields.get(5)?.[0]).get(1) ?? [];
    return values.flatMap((value) =>
      Buffer.isBuffer(value) ? [{ step: Number(fields.get(2)?.[0] ?? 0n), tag: text(at(value, 1)), value }] : [],
    );
  });
}

/** Scalars of all event files of a run as TensorBoard counts them: the start of a session takes back what was said of its step and later ones. */
export function scalarsOf(run: string, torn = false): [step: number, tag: string, value: number][] {
  const place = join(run, 'tensorboard');
  let all: [number, string, number][] = [];
  for (const name of readdirSync(place).sort()) {
    const [, second] = readRecords(join(place, name), torn);
    const start = at(second, 7, 1) === 1n ? Number(fieldsOf(second).get(2)?.[0] ?? 0n) : Number.POSITIVE_INFINITY;
    all = all.filter(([step]) => step < start);
    for (const { step, tag, value } of readValues(join(place, name), torn))
      if (fieldsOf(value).has(2)) all.push([step, tag, float(at(value, 2))]);
  }
  return all.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
}

/** The lines of metrics.jsonl without their times. `torn`: as in readRecords. */
export function linesOf(run: string, torn = false): Record<string, unknown>[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n');
  const rest = lines.pop();
  if (rest !== '' && !torn) throw new Error(`metrics.jsonl ends with ${rest}`);
  return lines.map((line) => ({ ...JSON.parse(line), time: 0 }));
}
