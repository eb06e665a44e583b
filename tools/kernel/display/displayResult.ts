import { isProxy } from 'node:util/types';
import type { MimeBundle } from 'common/utils';
import type { Figure } from 'common/visualization';
import { displayBundle, showsItself } from './displayBundle.js';
import { isFigure } from './figure.js';
import { drawRun, isRun } from './run.js';

/** What became of a cell's value: a bundle for its result, or none where it is below the cell already; and its text. */
export interface Shown {
  bundle?: MimeBundle;
  text?: string;
}

/**
 * Shows the value of a cell's last expression. Figures, and runs with their curves, are drawn at once as an output of the cell's own and not as its result, as
 * `_ipython_display_` does in IPython: so plotly.js reaches the page with the first of them and leaves the output again, and they can be moved without a network.
 * All else, and all of it where no notebook listens, is what `displayBundle` says. Never throws.
 */
export async function displayResult(value: unknown): Promise<Shown> {
  try {
    if (typeof value === 'object' && value !== null && !isProxy(value) && !showsItself(value)) {
      const drawing = await drawingOf(value);
      if (drawing?.figure !== undefined && globalThis.atelierNotebook !== undefined) {
        const { show } = await import('common/visualization');
        const { figure, text } = drawing;
        return { text: await show(figure, text === undefined ? {} : { text }) };
      }
    }
  } catch {
    // displayBundle shows the value's text, and why it is not drawn.
  }
  const bundle = await displayBundle(value);
  const text = bundle['text/plain'];
  return typeof text === 'string' ? { bundle, text } : { bundle };
}

async function drawingOf(value: object): Promise<{ figure?: Figure; text?: string } | undefined> {
  if (isRun(value)) return drawRun(value);
  return isFigure(value) ? { figure: value } : undefined;
}
