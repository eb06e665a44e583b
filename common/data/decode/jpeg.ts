import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import moduleFactory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { Pixels } from '../pixels.js';

const LARGEST_SIDE = 128;

/** Decodes one small JPEG, or gives undefined: libvips then decides and explains. */
export type JpegDecoder = (bytes: Uint8Array) => Pixels | undefined;

let decoder: Promise<JpegDecoder> | undefined;

/**
 * Loads libjpeg (MozJPEG, compiled to WebAssembly) for the JPEG files that small data sets consist of: 8-bit grey or colour, sides up
 * to 128 pixels. It needs 0.05 ms for a 32×32 image where a libvips pipeline needs 0.3; the same integer transform, so the same pixels.
 * A file that the library had to repair (a warning, a missing end) is not accepted.
 */
export function loadJpegDecoder(): Promise<JpegDecoder> {
  decoder ??= start();
  return decoder;
}

async function start(): Promise<JpegDecoder> {
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
  return (bytes) => {
    const frame = readFrame(bytes);
    if (frame === undefined) return undefined;
    warned = false;
    const image = library.decode(bytes as Uint8Array<ArrayBuffer>, false);
    if (warned || image === null || image.width !== frame.width || image.height !== frame.height) return undefined;
    return { ...frame, data: withoutAlpha(image.data, frame.channels) };
  };
}

/** Size and channels from the frame header (ITU T.81 B.2.2), or undefined where this is not a whole, small, grey or colour JPEG. */
function readFrame(bytes: Uint8Array): { height: number; width: number; channels: number } | undefined {
  const length = bytes.length;
  if (length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  if (bytes[length - 2] !== 0xff || bytes[length - 1] !== 0xd9) return undefined;
  const word = (i: number) => ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  for (let at = 2; at + 10 < length; at += 2 + word(at + 2)) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0xda) return undefined;
    // SOF0 (baseline), SOF1 (extended), SOF2 (progressive).
    if (marker < 0xc0 || marker > 0xc2) continue;
    const [height, width, channels] = [word(at + 5), word(at + 7), bytes[at + 9]!];
    const fits = height > 0 && width > 0 && height <= LARGEST_SIDE && width <= LARGEST_SIDE;
    return fits && bytes[at + 4] === 8 && (channels === 1 || channels === 3) ? { height, width, channels } : undefined;
  }
  return undefined;
}

function withoutAlpha(rgba: Uint8ClampedArray, channels: number): Uint8Array {
  const count = rgba.length / 4;
  const data = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++) for (let c = 0; c < channels; c++) data[i * channels + c] = rgba[i * 4 + c]!;
  return data;
}
