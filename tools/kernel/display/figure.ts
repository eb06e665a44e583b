import type { Figure } from 'common/visualization';
import { kind } from './kind.js';

/** A plotly figure: a list of traces, each an object, and a layout. */
export const isFigure = (value: object): value is Figure =>
  'data' in value &&
  Array.isArray(value.data) &&
  value.data.every((trace) => typeof trace === 'object' && trace !== null && !Array.isArray(trace)) &&
  'layout' in value &&
  typeof value.layout === 'object' &&
  value.layout !== null;

/** A plotly figure: interactive where the reader can, with a picture for everyone else. The drawing part of common is loaded by the first figure. */
export const showFigure = kind(isFigure, async (figure: Figure) => {
  const { figureBundle } = await import('common/visualization');
  return figureBundle(figure);
});
