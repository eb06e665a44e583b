import { readFileSync } from 'node:fs';
import { isRecord, type MimeBundle } from 'common/utils';
import { displayBundle } from '../display/index.js';
import type { Output } from './output.js';

const $display = Symbol.for('Jupyter.display');

type Displayable = { [$display]: () => MimeBundle };
type Extra = { metadata?: Record<string, unknown>; buffers?: readonly (Uint8Array | ArrayBuffer)[] };
type DisplayOptions = { raw?: boolean; update?: boolean; display_id?: string };

const displayable = (bundle: MimeBundle): Displayable => ({ [$display]: () => bundle });

/** A template tag whose text is shown as `mime`; undefined values are left out. */
function tag(mime: string) {
  return (strings: readonly string[], ...values: unknown[]): Displayable =>
    displayable({ [mime]: strings.map((text, i) => `${text}${values[i] === undefined ? '' : values[i]}`).join('') });
}

const pngStart = [137, 80, 78, 71, 13, 10, 26, 10];

function imageType(bytes: Uint8Array): 'image/png' | 'image/jpeg' | undefined {
  if (pngStart.every((byte, i) => bytes[i] === byte)) return 'image/png';
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9
    ? 'image/jpeg'
    : undefined;
}

function image(source: string | URL | Uint8Array): Displayable {
  const bytes = source instanceof Uint8Array ? source : readFileSync(source);
  const type = imageType(bytes);
  if (type === undefined)
    throw new TypeError('Deno.jupyter.image shows JPEG or PNG images: their bytes, or the path of a file');
  return displayable({ [type]: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') });
}

/**
 * The display functions of Deno's kernel under their own name (`Deno.jupyter`, Deno 2), so that notebooks written for it show their
 * output here. Nothing else of Deno is there, and `globalThis.Deno` is not either: libraries do not take this for Deno.
 */
export function denoJupyter(output: Output) {
  async function broadcast(type: string, content: Record<string, unknown>, extra: Extra = {}): Promise<void> {
    const buffers = (extra.buffers ?? []).map((part) => (part instanceof Uint8Array ? part : new Uint8Array(part)));
    output.publish(type, content, extra.metadata ?? {}, buffers);
  }
  const format = async (value: unknown): Promise<MimeBundle> => await displayBundle(value);
  async function display(value: unknown, options: DisplayOptions = {}): Promise<void> {
    const data = options.raw === true && isRecord(value) ? value : await format(value);
    const transient = options.display_id === undefined ? {} : { display_id: options.display_id };
    await broadcast(options.update === true ? 'update_display_data' : 'display_data', {
      data,
      metadata: {},
      transient,
    });
  }
  return {
    broadcast,
    display,
    format,
    image,
    md: tag('text/markdown'),
    html: tag('text/html'),
    svg: tag('image/svg+xml'),
    $display,
  };
}
