import type { ByteReader } from './byteReader.js';

/**
 * Reads `count` numbers in parquet's hybrid of run lengths and bit-packed groups (format spec, "RLE / bit-packing hybrid").
 * Stricter than hyparquet's: a run beyond `count` or a number above `largest` is an error, never a hang or a missing value.
 *
 * @param width bits of a number, 0 to 31.
 */
export function readHybrid(reader: ByteReader, width: number, count: number, largest: number): Uint32Array {
  const out = new Uint32Array(count);
  if (width === 0) return out;
  const bytes = (width + 7) >> 3;
  let seen = 0;
  while (seen < count) {
    const header = reader.varint();
    if (header & 1) {
      const groups = header >>> 1;
      if (groups === 0) throw new Error('an empty group of bit-packed numbers');
      const values = Math.min(groups * 8, count - seen);
      // The last group may be cut off behind the numbers that count.
      unpackBits(reader.take(Math.min(groups * width, reader.left)), width, out, seen, values);
      seen += values;
    } else {
      const run = header >>> 1;
      if (run === 0 || run > count - seen) throw new Error(`a run of ${run} numbers where ${count - seen} are left`);
      let value = 0;
      for (let i = 0; i < bytes; i++) value |= reader.byte() << (8 * i);
      out.fill(value >>> 0, seen, seen + run);
      seen += run;
    }
  }
  for (let i = 0; i < count; i++) if (out[i]! > largest) throw new Error(`${out[i]} where ${largest} is the largest`);
  return out;
}

function unpackBits(packed: Uint8Array, width: number, out: Uint32Array, at: number, values: number): void {
  if (packed.length * 8 < values * width) throw new Error('bit-packed numbers are cut off');
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  for (let i = 0, bit = 0; i < values; i++, bit += width) {
    const byte = bit >> 3;
    const shift = bit & 7;
    // Up to 31 + 7 bits: the upper part by multiplication, which does not stop at 32 bits.
    let value = 0;
    for (let k = (shift + width + 7) >> 3; k-- > 0; ) value = value * 256 + packed[byte + k]!;
    value = Math.floor(value / 2 ** shift);
    out[at + i] = mask === 0xffffffff ? value % 2 ** 32 : value - Math.floor(value / (mask + 1)) * (mask + 1);
  }
}

/** Bits that numbers up to `largest` need. */
export function bitWidth(largest: number): number {
  return 32 - Math.clz32(largest);
}
