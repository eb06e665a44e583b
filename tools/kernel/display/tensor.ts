import type { MimeBundle } from 'common/utils';
import { html, pngImage } from './html.js';
import { kind } from './kind.js';
import { arrayText, type Nested, nest, numberText } from './numberText.js';
import { shorten } from './table.js';
import {
  engineStatistics,
  isTensor,
  READ_WHOLE,
  type Statistics,
  sampleTensor,
  statisticsOf,
  type TensorLike,
} from './tensorLike.js';
import { tensorPicture } from './tensorPicture.js';

/** Items shown along an axis before the rest is left out; all where there are few. */
const EDGE = 6;
const FEW = 10;
/** A matrix of no more numbers is also written beside its picture. */
const READABLE = 64;

/** A tensor: type, shape, range and mean, the first values, and a picture of images and matrices. */
export const showTensor = kind(isTensor, async (tensor: TensorLike): Promise<MimeBundle> => {
  const head = `${tensor.trainable === undefined ? 'Tensor' : 'Variable'} ${tensor.dtype} [${tensor.shape.join(', ')}]`;
  if (tensor.isDisposed) return { 'text/plain': `${head}, disposed: its memory is gone.` };
  if (tensor.dtype === 'string') return showStrings(tensor, head);
  if (tensor.dtype === 'complex64') return { 'text/plain': `${head}: tf.real and tf.imag of it can be shown.` };
  const whole = tensor.size <= READ_WHOLE || tensor.stridedSlice === undefined;
  const values = whole ? numbers(await tensor.data()) : undefined;
  const statistics = values === undefined ? await engineStatistics(tensor) : statisticsOf(values);
  const summary = [head, ...describe(tensor, statistics)].join(' · ');
  const ends = tensor.shape.map((side, axis) =>
    side <= FEW && axis >= tensor.shape.length - 2 ? side : Math.min(side, axis < tensor.shape.length - 2 ? 2 : EDGE),
  );
  const corner = tensor.size === 0 ? undefined : await sampleTensor(tensor, values, ends);
  const write = tensor.dtype === 'bool' ? (value: number) => (value ? 'true' : 'false') : numberText;
  const texts = corner === undefined ? [] : Array.from(corner.values, write);
  const text = corner === undefined ? summary : `${summary}\n${written(texts, corner.shape, tensor.shape)}`;
  const png = statistics === undefined ? undefined : await tensorPicture(tensor, values, statistics);
  if (png === undefined) return { 'text/plain': text };
  const picture = pngImage(png, { pixelated: true, alt: summary });
  const isReadable = tensor.shape.length === 2 && tensor.size <= READABLE && tensor.shape.every((side) => side <= FEW);
  const body = isReadable
    ? html`<div style="display:flex;align-items:center;gap:24px"><pre>${text.slice(summary.length + 1)}</pre><div style="width:72px">${picture}</div></div>`
    : picture;
  const page = html`<div><div><code>${summary}</code></div>${body}</div>`;
  return { 'text/html': page.markup, 'image/png': Buffer.from(png).toString('base64'), 'text/plain': text };
});

async function showStrings(tensor: TensorLike, head: string): Promise<MimeBundle> {
  const all = Array.from(await tensor.data(), String);
  const shape = tensor.shape.map((side) => Math.min(side, EDGE));
  const places = await sampleTensor(tensor, Float64Array.from(all.keys()), shape);
  const texts = Array.from(places.values, (place) => shorten(JSON.stringify(all[place] ?? ''), 40));
  return { 'text/plain': tensor.size === 0 ? head : `${head}\n${written(texts, shape, tensor.shape)}` };
}

function numbers(data: ArrayLike<number> | readonly string[]): ArrayLike<number> {
  return ArrayBuffer.isView(data) ? (data as ArrayLike<number>) : Float64Array.from(data, Number);
}

function describe(tensor: TensorLike, statistics: Statistics | undefined): string[] {
  if (tensor.size === 0) return ['empty'];
  if (statistics === undefined) return ['no finite number'];
  const { min, max, mean, notFinite = 0 } = statistics;
  const count = tensor.size.toLocaleString('en');
  return [
    ...(tensor.size > 1 ? [`${count} numbers`] : []),
    ...(tensor.dtype === 'bool'
      ? [`${numberText(100 * mean)} % true`]
      : tensor.size > 1
        ? [`${numberText(min)} … ${numberText(max)}`, `mean ${numberText(mean)}`]
        : []),
    ...(notFinite > 0 ? [`${notFinite.toLocaleString('en')} not finite`] : []),
  ];
}

/** The shown corner in brackets, with an ellipsis on every axis that goes on. */
function written(texts: readonly string[], shown: readonly number[], shape: readonly number[]): string {
  const more = (part: Nested, axis: number): Nested => {
    if (typeof part === 'string') return part;
    const items = part.map((item) => more(item, axis + 1));
    return (shape[axis] ?? 0) > (shown[axis] ?? 0) ? [...items, '…'] : items;
  };
  const nested = more(nest(texts, shown), 0);
  return typeof nested === 'string' ? nested : arrayText(nested);
}
