/** Bytes read one after another; beyond the end is an error that says so. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    this.#need(1);
    return this.bytes[this.at++]!;
  }

  uint32(): number {
    this.#need(4);
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** An unsigned LEB128 number below 2^32. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value >= 2 ** 32) break;
        return value;
      }
    }
    throw new Error('a number that is too long');
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    this.#need(length);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  #need(length: number): void {
    if (!(length >= 0 && length <= this.left))
      throw new Error(`${length} bytes are needed at byte ${this.at} of ${this.bytes.length}`);
  }
}
