import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import moduleFactory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { Pixels } from '../pixels.js';
import type { Header } from './header.js';

/** Pixels up to which this decoder needs less processor time than a libvips pipeline: it has no start-up, but fewer vector instructions. */
const LARGEST = 2 ** 18;

type Decoder = (bytes: Uint8Array, header: Header) => Pixels | undefined;

let decoder: Decoder | undefined;
let loading: Promise<Decoder> | undefined;

/**
 * Decodes one JPEG, or gives undefined: libvips then decides and explains. A promise only until the library is loaded.
 *
 * It is libjpeg (MozJPEG, compiled to WebAssembly) for files of 8-bit grey or colour up to 512 × 512 pixels: 0.05 ms of processor time for
 * 32×32 where a libvips pipeline needs 0.5, 1.0 against 1.3 for 320×213. It is the same integer transform as Pillow's and libvips's, so
 * the same pixels. A file that the library had to repair (a warning, a missing end) is not accepted.
 */
export function decodeJpeg(bytes: Uint8Array, header: Header): Pixels | undefined | Promise<Pixels | undefined> {
  const { height, width, channels, depth } = header;
  if (depth !== 8 || (channels !== 1 && channels !== 3) || height * width > LARGEST || !hasEnd(bytes)) return undefined;
  if (decoder !== undefined) return decoder(bytes, header);
  loading ??= start();
  return loading.then((loaded) => {
    decoder = loaded;
    return loaded(bytes, header);
  });
}

async function start(): Promise<Decoder> {
  const require = createRequire(import.meta.url);
  const wasmBinary = await readFile(require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  let warned = false;
  const library = await moduleFactory({
    noInitialRun: true,
    wasmBinary: new Uint8Array(wasmBinary).buffer,
    printErr: () => {
      warned = true;
    },
  });
  return (bytes, { height, width, channels }) => {
    warned = false;
    let image: ImageData | null;
    try {
      image = library.decode(bytes as Uint8Array<ArrayBuffer>, false);
    } catch {
      // libjpeg's way out of an error ends the WebAssembly program, which is not used again.
      decoder = undefined;
      loading = undefined;
      return undefined;
    }
    if (warned || image === null || image.width !== width || image.height !== height) return undefined;
    return { height, width, channels, data: withoutAlpha(image.data, channels) };
  };
}

/** Whether the end marker is there; cameras write zeros behind it. */
function hasEnd(bytes: Uint8Array): boolean {
  let last = bytes.length - 1;
  while (last > 1 && bytes[last] === 0) last--;
  return bytes[last] === 0xd9 && bytes[last - 1] === 0xff;
}

/** Four pixels at a time, as words (the lowest byte is red on every processor that Node runs on): a third of the time of bytes. */
function withoutAlpha(rgba: Uint8ClampedArray, channels: number): Uint8Array {
  const count = rgba.length / 4;
  const data = new Uint8Array(count * channels);
  if (channels === 1) {
    for (let i = 0; i < count; i++) data[i] = rgba[4 * i]!;
    return data;
  }
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, count);
  const words = new Uint32Array(data.buffer, 0, 3 * (count >> 2));
  for (let from = 0, to = 0; to < words.length; from += 4, to += 3) {
    const second = pixels[from + 1]!;
    const third = pixels[from + 2]!;
    words[to] = (pixels[from]! & 0xffffff) | (second << 24);
    words[to + 1] = ((second >>> 8) & 0xffff) | (third << 16);
    words[to + 2] = ((third >>> 16) & 0xff) | (pixels[from + 3]! << 8);
  }
  for (let i = count & ~3; i < count; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = rgba[4 * i + c]!;
  return data;
}
