/** What the first bytes of an image file say about it. */
export interface Header {
  format: 'png' | 'jpeg';
  height: number;
  width: number;
  /** Bits a channel. */
  depth: number;
  /** Of the file: 4 of a JPEG are cyan, magenta, yellow and black. */
  channels: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** By the PNG's colour type; 3 is a palette of colours. */
const PNG_CHANNELS = [1, 0, 3, 3, 2, 0, 4] as const;

/** Size and kind of a PNG or JPEG, read before anything is unpacked; undefined for other formats and for what is not in order. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 4) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpeg(bytes);
  return bytes.length >= 33 && SIGNATURE.every((byte, i) => bytes[i] === byte) ? readPng(bytes) : undefined;
}

/** The chunk IHDR (PNG specification 11.2.1), which comes first. */
function readPng(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = PNG_CHANNELS[bytes[25]!] ?? 0;
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), depth: bytes[24]!, channels };
}

/** The frame header (ITU T.81 B.2.2), which may stand behind any number of other segments. */
function readJpeg(bytes: Uint8Array): Header | undefined {
  const word = (i: number) => ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  let at = 2;
  while (at + 10 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0xda || marker === 0xd9) return undefined;
    // Fill bytes, and markers without a length.
    if (marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker < 0xc0 || marker > 0xcf || marker === 0xc4 || marker === 0xc8 || marker === 0xcc)
      at += 2 + Math.max(2, word(at + 2));
    else {
      const [depth, height, width, channels] = [bytes[at + 4]!, word(at + 5), word(at + 7), bytes[at + 9]!];
      return { format: 'jpeg', height, width, depth, channels };
    }
  }
  return undefined;
}
