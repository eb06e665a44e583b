import type { Value } from '../graph.js';
import { TO_NCHW, TO_NHWC } from '../passes/layout.js';
import type { Context } from './register.js';

// tfjs writes images NHWC, the graph holds NCHW. The transposes written here vanish in the layout pass.

export const toNCHW = (k: Context, x: Value, dataFormat = 'NHWC') =>
  dataFormat === 'NCHW' ? x : k.apply('Transpose', [x], { perm: [...TO_NCHW] });
export const toFormat = (k: Context, y: Value, dataFormat = 'NHWC') =>
  dataFormat === 'NCHW' ? y : k.apply('Transpose', [y], { perm: [...TO_NHWC] });
export const fromNCHW = (k: Context, y: Value, dataFormat = 'NHWC') => k.tensor(toFormat(k, y, dataFormat));
