import { isProxy } from 'node:util/types';
import type { MimeBundle } from 'common/utils';
import { showArquero, showDanfoFrame, showDanfoSeries } from './dataFrame.js';
import { showDataset } from './dataset.js';
import { showFigure } from './figure.js';
import { showEncodedImage, showPixels, showSharp } from './image.js';
import { inspectText } from './inspectText.js';
import type { Kind } from './kind.js';
import { showModule } from './module.js';
import { showRun } from './run.js';
import { showTensor } from './tensor.js';

/** In this order: the first that knows the value shows it. */
const kinds: readonly Kind[] = [
  showTensor,
  showModule,
  showDataset,
  showDanfoFrame,
  showDanfoSeries,
  showArquero,
  showRun,
  showFigure,
  showSharp,
  showEncodedImage,
  showPixels,
];

/**
 * What a notebook shows of a cell's value. The value's own word goes first: its method `Symbol.for("Jupyter.display")` (Deno's convention) or `$display`,
 * which gives a bundle by media type, or a promise of one; then the kinds above; then the text of `util.inspect`. `text/plain` is always there.
 *
 * Never throws: where showing a value fails, its text is shown, and the reason is in the bundle's text.
 */
export async function displayBundle(value: unknown): Promise<MimeBundle> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || isProxy(value))
    return { 'text/plain': inspectText(value) };
  try {
    const own = await ownBundle(value);
    if (own !== undefined) return 'text/plain' in own ? own : { ...own, 'text/plain': inspectText(value) };
    for (const show of kinds) {
      const shown = await show(value);
      if (shown !== undefined) return shown;
    }
    return { 'text/plain': inspectText(value) };
  } catch (error) {
    return { 'text/plain': `${inspectText(value)}\n(not shown otherwise: ${inspectText(error)})` };
  }
}

const ownMethods = [Symbol.for('Jupyter.display'), '$display'];

/** Whether the value says itself how it is shown. */
export const showsItself = (value: object): boolean =>
  ownMethods.some((key) => typeof Reflect.get(value, key) === 'function');

/** The bundle that the value's own method gives; undefined where it has none or gives something else. */
async function ownBundle(value: object): Promise<MimeBundle | undefined> {
  for (const key of ownMethods) {
    const method: unknown = Reflect.get(value, key);
    if (typeof method !== 'function') continue;
    const given: unknown = await method.call(value);
    if (typeof given !== 'object' || given === null) continue;
    const entries = Object.entries(given).filter(([mime, data]) => mime.includes('/') && data !== undefined);
    if (entries.length > 0) return Object.fromEntries(entries);
  }
  return undefined;
}
